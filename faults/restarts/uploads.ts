import { once } from "node:events";
import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";

/** What alice sends with an upload. */
export const HEAD = { Authorization: "Bearer token-of-alice", "Content-Type": "text/plain" };
export const SMALL_BYTES = 2_000;
export const LARGE_BYTES = 600_000;

/** One upload; rejects where it is not stored, with what the client saw. */
export async function upload(port: number, sizeBytes: number, options: RequestOptions): Promise<void> {
  const sent = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/_matrix/media/v3/upload",
    headers: { ...HEAD, "Content-Length": sizeBytes },
    ...options,
  });
  sent.end(Buffer.alloc(sizeBytes, 7));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  if (!text.includes("content_uri")) throw new Error(`${response.statusCode} ${text}`);
}

/** Has uploads use one connection after another, each for as long as it is kept. */
export function kept(): { agent: Agent } {
  return { agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

/** A connection on which nothing has been sent yet. */
export async function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** The whole answer to a request on a connection that the service closes behind it. */
export async function askOn(socket: Socket): Promise<string> {
  socket.write(
    "GET /_matrix/client/v1/media/config HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\n\r\n",
  );
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}
