import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mediaIdOf } from "../http/support/bodies.ts";
import { SAFETY_HEADERS } from "../http/facts/case.ts";
import { RawConnection, type RawAnswer } from "../http/support/raw-connection.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { startSynapse, type Synapse } from "./support/synapse.ts";

/** What a client sees of a download, or of its refusal. */
const COMPARED = [
  ...Object.keys(SAFETY_HEADERS),
  "content-disposition",
  "content-type",
  "cache-control",
  "x-robots-tag",
];
/** That of test services. */
const SERVER_NAME = "example.test";
const UNKNOWN = "abcdefghijklmnopqrstuvwx";

interface Side {
  readonly port: number;
  readonly token: string;
}

let synapse: Synapse;
let service: TestService;
let sides: readonly Side[];

beforeAll(async () => {
  synapse = await startSynapse({ mediaRepo: true, config: { server_name: SERVER_NAME } });
  service = await startTestService();
  const { port, admin } = synapse.homeserver;
  sides = [
    { port, token: admin.accessToken },
    { port: service.port, token: "token-of-alice" },
  ];
});
afterAll(async () => {
  await service?.stop();
  await synapse?.stop();
});

function ask({ port, token }: Side, method: string, target: string, mediaId: string): Promise<RawAnswer> {
  return RawConnection.ask(port, {
    method,
    target: target.replace("{media}", `download/${SERVER_NAME}/${mediaId}`),
    headers: token === "" ? [] : [["Authorization", `Bearer ${token}`]],
  });
}

async function store({ port, token }: Side, type: string): Promise<string> {
  const headers = [["Authorization", `Bearer ${token}`] as const, ["Content-Type", type] as const];
  const request = { method: "POST", target: "/_matrix/media/v3/upload?filename=f.txt", headers, body: "hello" };
  return mediaIdOf(await RawConnection.ask(port, request));
}

/** What each side answers about the same media, Synapse first. */
async function answers(
  target: string,
  { type = "text/plain", method = "GET", isStored = true, hasToken = true } = {},
): Promise<object[]> {
  const seen = sides.map(async (side) => {
    const mediaId = isStored ? await store(side, type) : UNKNOWN;
    const { status, headers } = await ask(hasToken ? side : { ...side, token: "" }, method, target, mediaId);
    return { status, headers: Object.fromEntries(COMPARED.map((name) => [name, headers[name]])) };
  });
  return Promise.all(seen);
}

const V1 = "/_matrix/client/v1/media/{media}";

describe("Synapse and this service answer alike", () => {
  test.each<[what: string, target: string, options?: Parameters<typeof answers>[1]]>([
    ["a download", V1],
    ["a download by HEAD", V1, { method: "HEAD" }],
    ["unknown media", V1, { isStored: false }],
    ["unknown media asked for by HEAD", V1, { isStored: false, method: "HEAD" }],
    ["frozen media", "/_matrix/media/v3/{media}", { hasToken: false }],
    ["a timeout that is not a number", `${V1}?timeout_ms=soon`],
    ["a request without a token", V1, { hasToken: false }],
    ["a method that is not allowed", V1, { method: "DELETE" }],
    ["names of bytes that are not UTF-8: FF FE", `${V1}/%FF%FE.txt`],
    ["names of bytes that are not UTF-8: a cut letter", `${V1}/%C5%BC%C5.txt`],
    ["names of bytes that are not UTF-8: a surrogate", `${V1}/%ED%A0%80`],
    ["names of bytes that are not UTF-8: a mark, and lone percent signs", `${V1}/%EF%BB%BFa%FF%zz%`],
    ["a type with a space before its parameter", V1, { type: "image/png ;x=y" }],
    ["a type with an empty parameter", V1, { type: "image/png;" }],
    ["a type with a quoted parameter", V1, { type: 'image/png;x="y"' }],
    ["two types in one", V1, { type: "image/png,text/html" }],
  ])("about %s", async (_, target, options = {}) => {
    const [theirs, ours] = await answers(target, options);
    expect(ours).toEqual(theirs);
  });
});

test("Synapse shows a file whose type only begins like one that may be shown; this service does not", async () => {
  const seen = await answers(V1, { type: "image/png;,text/html" });
  expect(seen).toMatchObject([
    { headers: { "content-disposition": "inline; filename=f.txt" } },
    { headers: { "content-disposition": "attachment; filename=f.txt" } },
  ]);
});
