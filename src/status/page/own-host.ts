/** By which names a listener is asked for. */
export interface HostNames {
  /** The address of the configuration that it is bound to. */
  readonly boundHost: string;
  /** Names of the configuration, lower-case: with any port, as a proxy or a tunnel has one of its own. */
  readonly hosts: readonly string[];
}

/** Where a request arrived. */
export interface ArrivedAt {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const HOST = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i;
const HTTP_PORT = 80;

/**
 * Whether a `Host` header names this listener: a loopback name or address, or the bound one, with the listener's port,
 * or a name of the configuration. Any other name may belong to a web page that has its own name resolve to this address,
 * in order to read the answer.
 */
export function isOwnHost(header: string | undefined, { boundHost, hosts }: HostNames, at: ArrivedAt): boolean {
  const [, address, plainName, port] = HOST.exec(header ?? "") ?? [];
  const name = (address ?? plainName)?.toLowerCase();
  if (name === undefined) return false;
  if (hosts.includes(name)) return true;
  if (Number(port ?? HTTP_PORT) !== at.localPort) return false;
  const arrivedAt = at.localAddress?.replace(/^::ffff:/i, "");
  return LOOPBACK.has(name) || name === boundHost.toLowerCase() || name === arrivedAt;
}
