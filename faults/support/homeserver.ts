import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { SERVER_NAME } from "./folder.ts";

/** A homeserver that knows every user, each an administrator: `token-of-NAME` is the token of `@NAME`. */
export interface Homeserver {
  readonly url: string;
  /** How many are open. */
  connections(): Promise<number>;
  close(): void;
}

export async function startHomeserver(): Promise<Homeserver> {
  const server = createServer(({ headers }, response) => {
    const name = /token-of-(\w+)$/.exec(headers.authorization ?? "")?.[1];
    response.setHeader("Content-Type", "application/json");
    const userId = `@${name}:${SERVER_NAME}`;
    // The second member answers the Admin API, where only an administrator is answered at all.
    response.end(JSON.stringify({ user_id: userId, name: userId }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => promisify(server.getConnections.bind(server))(),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
