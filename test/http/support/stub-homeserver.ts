import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { portOf } from "./bodies.ts";

/** A homeserver that knows `/account/whoami` and nothing else. */
export interface StubHomeserver {
  readonly url: string;
  /** The questions it was asked, oldest first. */
  readonly questions: readonly Pick<IncomingMessage, "url" | "headers">[];
  stop(): Promise<void>;
}

const ANSWERS: Record<string, (query: URLSearchParams) => [status: number, body: unknown]> = {
  "token-of-alice": () => [200, { user_id: "@alice:example.test", device_id: "PHONE", is_guest: false }],
  "token-of-guest": () => [200, { user_id: "@guest:example.test", is_guest: true }],
  "token-of-locked": () => [
    401,
    { errcode: "M_USER_LOCKED", error: "User account has been locked", soft_logout: true },
  ],
  "token-of-expired": () => [401, { errcode: "M_UNKNOWN_TOKEN", error: "Access token has expired", soft_logout: true }],
  "token-of-as": (query) => [200, { user_id: query.get("user_id") ?? "@as:example.test" }],
};

export async function startStubHomeserver(): Promise<StubHomeserver> {
  const questions: Pick<IncomingMessage, "url" | "headers">[] = [];
  const server = createServer((request, response) => {
    questions.push({ url: request.url, headers: request.headers });
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const answer =
      pathname === "/_matrix/client/v3/account/whoami"
        ? ANSWERS[request.headers.authorization?.slice(7) ?? ""]
        : undefined;
    const [status, body] = answer?.(searchParams) ?? [
      401,
      { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token", soft_logout: false },
    ];
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    questions,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => undefined);
    },
  };
}
