import Database from "better-sqlite3";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CliFolder, type CliService } from "../support/cli.ts";
import type { TestUser } from "../support/service.ts";
import { startJsonServer, type JsonAnswer, type JsonRequest, type JsonServer } from "./support/json-server.ts";
import { pythonWith } from "./support/packages.ts";
import { tryUpload } from "./support/requests.ts";

const SECRET = "secret-of-the-client";
const TOKEN = "token-of-the-realm";
const PROVIDER = "oidc-keycloak";
const TOKEN_PATH = "/realms/example/protocol/openid-connect/token";
/** Who is who in Keycloak; carol is a local user. */
const SUBJECTS: Partial<Record<TestUser, string>> = { alice: "sub-of-alice", bob: "sub-of-bob", admin: "sub-unknown" };
const GROUPS: Record<string, string[]> = { "sub-of-alice": ["/staff", "/all"], "sub-of-bob": ["/guests"] };

/** Keycloak, and of the homeserver what tells whose a token is. */
let others: JsonServer;
let isKeycloakDown = false;
beforeAll(async () => {
  others = await startJsonServer(answer);
});
afterAll(() => others.stop());
beforeEach(() => {
  isKeycloakDown = false;
});

describe("synapse-oidc-upload-rules on a homeserver's database", () => {
  let service: CliService;
  beforeAll(async () => {
    service = await folderWith({}).start();
  });

  test("gives the users of a group the limits of the first ruleset that has it", async () => {
    expect(await statusesOf(service, "alice", [3_000, 3_000])).toEqual([200, 200]);
    expect(await statusesOf(service, "bob", [600, 600, 300])).toEqual([200, 403, 200]);
  });

  test("words a refusal as Synapse's own limits do", async () => {
    const refused = await tryUpload(service, "x".repeat(1_001), "bob");
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ errcode: "M_USER_LIMIT_EXCEEDED" })]); // prettier-ignore
  });

  test.each(["carol", "admin"] as const)("gives %s, whom Keycloak does not know, the default limits", async (user) => {
    expect(await statusesOf(service, user, [500, 600])).toEqual([200, 403]);
  });

  test("asks Keycloak with its credentials, keeps the token and the groups, and the log has no secret", async () => {
    expect(await statusesOf(service, "bob", [0, 0])).toEqual([200, 200]);
    const tokens = others.requests.filter(({ path }) => path === TOKEN_PATH);
    expect(tokens.map(({ body }) => body)).toEqual([
      { grant_type: "client_credentials", client_id: "upload-rules", client_secret: SECRET },
    ]);
    const groups = others.requests.filter(({ path }) => path.includes("sub-of-bob"));
    expect(groups.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
    for (const secret of [SECRET, TOKEN]) expect(service.log()).not.toContain(secret);
  });
});

describe("synapse-oidc-upload-rules without an answer of Keycloak's", () => {
  test("leaves users to media_upload_limits, with on_error: fallback", async () => {
    isKeycloakDown = true;
    const service = await folderWith({ on_error: "fallback" }).start();
    expect(await statusesOf(service, "bob", [1_500, 1_000])).toEqual([200, 403]);
    await service.logged("failed to determine upload limits");
  });

  test("gives every user the strictest limits, with on_error: deny", async () => {
    isKeycloakDown = true;
    const service = await folderWith({ on_error: "deny" }).start();
    expect(await statusesOf(service, "alice", [1_000, 1])).toEqual([200, 403]);
  });
});

test("Without a database of the homeserver's, synapse-oidc-upload-rules is refused by check, which names the key", async () => {
  const folder = folderWith({}, { hasDatabase: false });
  const { status, stderr } = await folder.end(["check"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("media_bridge.homeserver.database")]);
});

function folderWith(config: object, { hasDatabase = true } = {}): CliFolder {
  const entry = {
    module: "synapse_oidc_upload_rules.OidcUploadRulesModule",
    config: {
      auth_provider_id: PROVIDER,
      keycloak: { server_url: others.url, realm: "example", client_id: "upload-rules", client_secret: SECRET },
      rulesets: [
        { name: "staff", groups: ["/staff"], limits: [{ time_period: "1d", max_size: "10K" }] },
        { name: "guests", groups: ["/guests"], limits: [{ time_period: "1w", max_size: 1_000 }] },
      ],
      default_limits: [{ time_period: "1d", max_size: 1_024 }],
      ...config,
    },
  };
  const folder = new CliFolder({
    config: { modules: [entry], media_upload_limits: [{ time_period: "1h", max_size: 2_000 }] },
    mediaBridge: {
      python: pythonWith("synapse-oidc-upload-rules"),
      tokens_file: undefined,
      homeserver: {
        url: others.url,
        database: hasDatabase ? { name: "sqlite3", args: { database: "homeserver.db" } } : undefined,
      },
    },
  });
  const database = new Database(join(folder.path, "homeserver.db"));
  database.exec("create table user_external_ids (auth_provider text, external_id text, user_id text)");
  const insert = database.prepare("insert into user_external_ids values (?, ?, ?)");
  for (const [user, subject] of Object.entries(SUBJECTS)) insert.run(PROVIDER, subject, `@${user}:example.test`);
  database.close();
  return folder;
}

/** What uploads of these sizes are answered, one after the other. */
async function statusesOf(service: CliService, as: TestUser, sizes: readonly number[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const size of sizes) statuses.push((await tryUpload(service, "x".repeat(size), as)).status);
  return statuses;
}

/** As much of both as is asked. */
function answer({ path, headers }: JsonRequest): JsonAnswer {
  const user = /^Bearer token-of-(.+)$/.exec(headers.authorization ?? "")?.[1];
  if (path.startsWith("/_matrix/client/v3/account/whoami")) return { body: { user_id: `@${user}:example.test` } };
  if (isKeycloakDown) return { status: 500, body: { error: "unknown_error" } };
  if (path === TOKEN_PATH) return { body: { access_token: TOKEN, expires_in: 300 } };
  if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { error: "unauthorized" } };
  const subject = /^\/admin\/realms\/example\/users\/([^/]+)\/groups/.exec(path)?.[1] ?? "";
  const groups = GROUPS[subject];
  if (groups === undefined) return { status: 404, body: { error: "User not found" } };
  return { body: groups.map((group) => ({ id: group, name: group.slice(1), path: group })) };
}
