import { once } from "node:events";
import { lstat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { StartError } from "../../errors.ts";
import { findPortHolder } from "./port-holder.ts";

/** Where a process can listen; a Unix socket gets `mode`: users who may write to it may connect. */
export type BindAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string; readonly mode: number };

/**
 * Looks whether an address can be bound, and leaves it free. Rejects with a {@link StartError} `LISTEN` that says who
 * has it and what to do.
 *
 * @param key the key of the configuration that names the address
 */
export async function expectFreeAddress(address: BindAddress, key: string): Promise<void> {
  if ("path" in address) {
    if (await isPathTaken(address.path)) throw describeListenError(inUse(), address, key);
    return;
  }
  const server = createServer();
  try {
    await once(server.listen(address.port, address.host), "listening");
  } catch (error) {
    throw describeListenError(error as NodeJS.ErrnoException, address, key);
  }
  server.close();
  await once(server, "close");
}

/** Whether a process answers at a path; a file that is not a socket counts as taken as well. */
export async function isPathTaken(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return found !== undefined;
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

/** Why an address cannot be listened on, for the operator. */
export function describeListenError(
  error: NodeJS.ErrnoException,
  address: BindAddress | { readonly descriptor: number },
  key: string,
): StartError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `it is in use${describeHolder(address)}; stop the process that uses it, or choose another in ${key}`,
    EACCES: `this user may not bind it; choose another in ${key}`,
    EADDRNOTAVAIL: `this machine has no such address; choose another in ${key}`,
  };
  const reason = reasons[error.code ?? ""] ?? error.message;
  return new StartError("LISTEN", `${key}: cannot listen on ${describeAddress(address)}: ${reason}`, { cause: error });
}

function describeAddress(address: BindAddress | { readonly descriptor: number }): string {
  if ("descriptor" in address) return `the socket that systemd passes (descriptor ${address.descriptor})`;
  return "path" in address ? address.path : `${address.host}:${address.port}`;
}

function describeHolder(address: BindAddress | { readonly descriptor: number }): string {
  const holder = "port" in address ? findPortHolder(address.port) : undefined;
  return holder === undefined ? "" : ` by process ${holder.pid} (${holder.name})`;
}

function inUse(): NodeJS.ErrnoException {
  return Object.assign(new Error("the path is in use"), { code: "EADDRINUSE" });
}
