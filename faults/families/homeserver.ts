import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ADMIN, BRIDGED, ownerOf } from "./users.ts";

const ACCOUNTS = "/_synapse/admin/v2/users/";

/** A homeserver that reads the owner of a token off the token, and the kind of an account off its user id. */
export interface FamilyHomeserver {
  readonly url: string;
  close(): void;
}

export async function startFamilyHomeserver(): Promise<FamilyHomeserver> {
  const server = createServer(({ url = "", headers }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer(decodeURIComponent(url.split("?")[0] ?? ""), headers.authorization ?? "")));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(path: string, authorization: string): object {
  if (path.startsWith(ACCOUNTS)) return describeAccount(path.slice(ACCOUNTS.length));
  return { user_id: ownerOf(authorization.replace(/^Bearer /, "")), is_guest: false };
}

function describeAccount(userId: string): object {
  return {
    name: userId,
    admin: userId.startsWith(`@${ADMIN}`),
    appservice_id: userId.startsWith(`@${BRIDGED}`) ? "bridge" : null,
    deactivated: false,
    shadow_banned: false,
    locked: false,
    suspended: false,
    is_guest: false,
    creation_ts: 0,
    threepids: [],
  };
}
