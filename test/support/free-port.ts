import { once } from "node:events";
import { createServer } from "node:net";

/** A port that was free a moment ago, for programs that cannot be asked which one the system gave them. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return address.port;
}
