import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createServer } from "../util/http/node-http.ts";

/** A request that a homeserver was sent. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query, percent-decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The access token that it came with. */
  readonly token: string | undefined;
  /** Its JSON; undefined where it has no body. */
  readonly body: unknown;
}

/** What a homeserver answers: a status (200 where it is absent) and JSON, or what a function makes of the request. */
export type Answer =
  | { readonly status?: number; readonly body: unknown }
  | ((request: SeenRequest) => Answer | Promise<Answer>);

/** What an access token says of its user. */
export interface FakeUser {
  readonly guest?: boolean;
  readonly deviceId?: string;
}

/**
 * A homeserver that knows the owner of each access token, and answers everything else as the test says. Where the test
 * says nothing: 404 `M_UNRECOGNIZED`.
 */
export interface FakeHomeserver extends AsyncDisposable {
  readonly url: string;
  /** By which modules ask as an administrator, and act as users. */
  readonly adminToken: string;
  readonly appserviceToken: string;
  /** The requests that it got, in order, without those for the owner of a token. */
  readonly requests: readonly SeenRequest[];
  /** The access token of a user. */
  tokenOf(userId: string, facts?: FakeUser): string;
  /**
   * Has the admin API know an account: `facts` are members of its answer, such as `admin` and `creation_ts` (in
   * seconds), besides those of an ordinary account.
   */
  addUser(userId: string, facts?: Readonly<Record<string, unknown>>): void;
  /**
   * From now on, answers requests of this method to this path (without a query; percent-encoded or not). The last
   * answer holds.
   */
  answer(method: string, path: string, answer: Answer): void;
  stop(): Promise<void>;
}

const WHOAMI = "/_matrix/client/v3/account/whoami";
/** What Synapse's admin API says of an account of which nothing is special. */
const ORDINARY = {
  admin: false,
  deactivated: false,
  shadow_banned: false,
  locked: false,
  suspended: false,
  is_guest: false,
  creation_ts: 0,
  threepids: [],
};
const UNKNOWN: Answer = { status: 404, body: { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" } };

/** Starts a fake homeserver on a free port of 127.0.0.1. */
export async function startFakeHomeserver(): Promise<FakeHomeserver> {
  const answers = new Map<string, Answer>([
    ["GET /_matrix/client/versions", { body: { versions: ["v1.11"] } }],
    [`GET ${WHOAMI}`, ({ token }) => describeOwner(owners.get(token ?? ""))],
  ]);
  const owners = new Map<string, { user_id: string; device_id?: string; is_guest: boolean }>();
  const requests: SeenRequest[] = [];
  const respond = async (req: IncomingMessage, res: ServerResponse) => {
    const request = await readRequest(req);
    if (request.path !== WHOAMI) requests.push(request);
    const { status, body } = await settle(answers.get(`${request.method} ${request.path}`) ?? UNKNOWN, request);
    res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
  const server = createServer((req, res) => void respond(req, res).catch((error: Error) => res.destroy(error)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = (method: string, path: string, given: Answer) =>
    void answers.set(`${method} ${decodeURIComponent(path)}`, given);
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    adminToken: "token-of-the-administrator",
    appserviceToken: "token-of-the-application-service",
    requests,
    tokenOf(userId, { guest = false, deviceId } = {}) {
      const token = `token-of-${userId}`;
      owners.set(token, { user_id: userId, is_guest: guest, ...(deviceId !== undefined && { device_id: deviceId }) });
      return token;
    },
    addUser: (userId, facts) =>
      answer("GET", `/_synapse/admin/v2/users/${userId}`, { body: { name: userId, ...ORDINARY, ...facts } }),
    answer,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function describeOwner(owner: object | undefined): Answer {
  if (owner !== undefined) return { body: owner };
  return { status: 401, body: { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token passed." } };
}

async function readRequest(req: IncomingMessage): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(req.url ?? "/", "http://homeserver");
  const body = await text(req);
  return {
    method: req.method ?? "GET",
    path: decodeURIComponent(pathname),
    query: searchParams,
    token: req.headers.authorization?.replace(/^Bearer /, ""),
    body: body === "" ? undefined : (JSON.parse(body) as unknown),
  };
}

async function settle(answer: Answer, request: SeenRequest): Promise<{ status: number; body: unknown }> {
  if (typeof answer === "function") return settle(await answer(request), request);
  return { status: answer.status ?? 200, body: answer.body };
}
