import { isIPv4, isIPv6 } from "node:net";

/** An address with the port that some proxies add, as `192.0.2.7:4711` and `[2001:db8::1]:4711`; or in brackets alone. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/;
const NO_ADDRESS = "unknown";
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * What an IP address is counted under: itself for IPv4, its network of 64 bits for IPv6, of which one subscriber usually
 * has all addresses. A port is left out: each connection has another. All texts that are not an address share one group,
 * since a client may have made them up.
 */
export function groupOfAddress(text: string): string {
  const [, inBrackets, plain] = WITH_PORT.exec(text) ?? [];
  const address = inBrackets ?? plain ?? text;
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || isIPv4(address)) return mapped ?? address;
  if (!isIPv6(address)) return NO_ADDRESS;
  const [head = "", tail] = address.toLowerCase().split("%", 1)[0]?.split("::") ?? [];
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // A dotted end is two groups.
  const length = before.length + after.length + (address.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - length }, () => "0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${groups.join(":")}::/64`;
}
