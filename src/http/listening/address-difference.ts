import { lookup } from "node:dns/promises";
import { BlockList, isIPv6, type AddressInfo } from "node:net";
import type { BindAddress } from "./free-address.ts";

/**
 * Where a socket that was inherited listens and where the configuration would have, in words, where the two differ; undefined where
 * they do not, or where that cannot be told. A configured port of 0 is any port, and two Unix sockets cannot be compared: Node.js does
 * not tell the path of one that was inherited.
 */
export async function describeDifference(
  actual: AddressInfo | string | null,
  configured: BindAddress,
): Promise<{ readonly actual: string; readonly configured: string } | undefined> {
  const isUnix = typeof actual !== "object" || actual === null;
  if ("path" in configured) {
    return isUnix ? undefined : { actual: describe(actual.address, actual.port), configured: configured.path };
  }
  const { host, port } = configured;
  if (isUnix) return { actual: "a Unix socket", configured: describe(host, port) };
  if ((port === 0 || port === actual.port) && (await isSameHost(actual, host))) return undefined;
  return { actual: describe(actual.address, actual.port), configured: describe(host, port) };
}

/** A name means all its addresses. A name that cannot be looked up now counts as equal. */
async function isSameHost(actual: AddressInfo, host: string): Promise<boolean> {
  const addresses = await lookup(host, { all: true }).catch(() => undefined);
  return addresses?.some(({ address }) => isSameAddress(actual.address, address)) ?? true;
}

/** An address of IPv6 can be written in several ways. */
function isSameAddress(left: string, right: string): boolean {
  const list = new BlockList();
  list.addAddress(right, familyOf(right));
  return list.check(left, familyOf(left));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function describe(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
