import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the homeserver knows of a user. */
export interface Account {
  readonly admin?: boolean;
  readonly createdDaysAgo?: number;
}

/**
 * A homeserver with accounts: `whoami` by the token `try-out-token-of-<name>`, and an administrator's questions about
 * them.
 */
export interface AccountsHomeserver {
  readonly url: string;
  /** From here on questions about accounts are answered 500. */
  breakDown(): void;
  stop(): Promise<void>;
}

const WHOAMI = "/_matrix/client/v3/account/whoami";
const USERS = "/_synapse/admin/v2/users/";

export async function startAccounts(accounts: Readonly<Record<string, Account>>): Promise<AccountsHomeserver> {
  let isBroken = false;
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const [path = ""] = decodeURIComponent(req.url ?? "").split("?");
    const send = (status: number, body: object) => res.writeHead(status).end(JSON.stringify(body));
    if (path === WHOAMI) {
      const name = req.headers.authorization?.replace("Bearer try-out-token-of-", "") ?? "";
      return void send(200, { user_id: `@${name}:example.test`, device_id: "DEVICE" });
    }
    const account = accounts[/^@(.*):example\.test$/.exec(path.replace(USERS, ""))?.[1] ?? ""];
    if (isBroken || account === undefined) return void send(500, { errcode: "M_UNKNOWN", error: "broken" });
    const { admin = false, createdDaysAgo = 1000 } = account;
    const createdTs = Math.floor(Date.now() / 1000) - createdDaysAgo * 86_400;
    send(200, { name: path.replace(USERS, ""), admin, creation_ts: createdTs, deactivated: false, shadow_banned: false, threepids: [] }); // prettier-ignore
  };
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    breakDown: () => (isBroken = true),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
