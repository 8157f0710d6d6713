import { isIPv6 } from "node:net";

/**
 * Whether a text is a server name: a host name, IPv4 or `[IPv6]` address, with or without a port (Matrix, Server Name).
 */
export function isServerName(text: string): boolean {
  const {
    host = "",
    ipv6,
    port,
  } = /^(?:\[(?<ipv6>[^\]]*)\]|(?<host>[A-Za-z0-9.-]{1,255}))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
  if (port !== undefined && Number(port) > 65535) return false;
  return ipv6 === undefined ? host !== "" : isIPv6(ipv6);
}

/**
 * Whether a text is a user id, `@localpart:server_name` of at most 255 bytes (Matrix, User Identifiers). The wider
 * grammar of historical ids is accepted.
 */
export function isUserId(text: string): boolean {
  const { server } = /^@[\x21-\x39\x3b-\x7e]+:(?<server>.+)$/.exec(text)?.groups ?? {};
  return server !== undefined && text.length <= 255 && isServerName(server);
}
