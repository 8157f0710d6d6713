import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { MODULES, startMediaService, type MediaService } from "./support/media-service.ts";
import { register, startSynapse, type Synapse } from "./support/synapse.ts";

const PATH = "/_synapse/client/org.example.note";
/** Headers that a module sets, or a client looks at. */
const HEADERS = [
  "content-type",
  "x-of-a-module",
  "cache-control",
  "access-control-allow-origin",
  "access-control-allow-methods",
];

interface Case {
  readonly title: string;
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  /** Default: a user. */
  readonly as?: "user" | "guest" | "anonymous" | "unknown";
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

const CASES: readonly Case[] = [
  { title: "who asks" },
  { title: "a request without a token", as: "anonymous" },
  { title: "a request with a token that no user has", as: "unknown" },
  { title: "a guest where none is let in", as: "guest" },
  { title: "a guest who is let in", as: "guest", path: "?what=guest" },
  { title: "a number of the query", path: "?what=number&n=12" },
  { title: "a number of the query that is not one", path: "?what=number&n=x" },
  { title: "a number of the query that is missing", path: "?what=number" },
  { title: "a word that is not allowed", path: "?what=nothing" },
  { title: "a refusal in the module's words", path: "?what=refuse" },
  { title: "another error", path: "?what=fail" },
  { title: "a JSON body", method: "POST", body: `{"note": "grüße ✓"}` },
  { title: "a body that is not JSON", method: "POST", body: "{" },
  { title: "a body that is not an object", method: "POST", body: "[]" },
  { title: "a body without what is needed", method: "POST", body: "{}" },
  { title: "a method that it does not have", method: "DELETE" },
  { title: "a page", path: "/html" },
  { title: "a path below that no resource has", path: "/nothing/here" },
  { title: "a resource of Twisted's alone, by its longer path", path: "/deeper/a%20b/c?a=1&a=2" },
  { title: "a body for a resource of Twisted's", path: "/deeper", method: "PUT", body: "x".repeat(100_000) },
  { title: "a method that a resource of Twisted's does not have", path: "/deeper", method: "POST", body: "" },
  { title: "an answer in pieces", path: "/stream" },
];

let synapse: Synapse;
let service: MediaService;
let tokens: Record<NonNullable<Case["as"]>, string | undefined>;

beforeAll(async () => {
  const modules = [{ module: "pages.Pages", config: {} }];
  synapse = await startSynapse({ mediaRepo: true, config: { modules }, pythonPath: [MODULES] });
  const { homeserver } = synapse;
  service = await startMediaService({ homeserver, config: { modules } });
  const { accessToken: user } = await register(homeserver, "alice");
  const path = "/_matrix/client/v3/register?kind=guest";
  const guest = await fetch(homeserver.url + path, { method: "POST", body: "{}" });
  const { access_token: guestToken } = z.object({ access_token: z.string() }).parse(await guest.json());
  tokens = { user, guest: guestToken, anonymous: undefined, unknown: "unknown" };
});
afterAll(async () => {
  await service?.stop();
  await synapse?.stop();
});

test.each(CASES)("A module's path is answered the same before and after the move: $title", async (entry) => {
  const inSynapse = await answerOf(synapse.homeserver.url, entry);
  expect(await answerOf(service.directUrl, entry)).toEqual(inSynapse);
});

test("A page that is refused says why, each server in a page of its own", async () => {
  const refused = { title: "a page that is refused", path: "/html?refuse=1" };
  const inSynapse = await answerOf(synapse.homeserver.url, refused);
  const here = await answerOf(service.directUrl, refused);
  expect(here).toEqual({ ...inSynapse, body: here.body });
  for (const { body } of [inSynapse, here]) expect(body).toContain("<p>No &lt;such&gt; page</p>");
});

test("Through nginx it is the service that answers a module's path", async () => {
  const where = { title: "where it runs", path: "?what=where" };
  expect(await answerOf(synapse.homeserver.url, where)).toMatchObject({ body: `{"worker_name":null}` });
  expect(await answerOf(service.url, where)).toMatchObject({ body: `{"worker_name":"media_bridge"}` });
});

async function answerOf(url: string, { path = "", method = "GET", body, as = "user" }: Case): Promise<Answer> {
  const token = tokens[as];
  const response = await fetch(url + PATH + path, {
    method,
    ...(body !== undefined && { body }),
    headers: { "Content-Type": "application/json", ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: HEADERS.map((name) => `${name}: ${response.headers.get(name)}`),
    body: bytes.length > 10_000 ? createHash("sha256").update(bytes).digest("hex") : bytes.toString(),
  };
}
