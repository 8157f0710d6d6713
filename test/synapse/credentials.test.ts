import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { RawConnection } from "../http/support/raw-connection.ts";
import { startMediaService, type MediaService } from "./support/media-service.ts";
import type { Account } from "./support/synapse.ts";

const WHOAMI = "/_matrix/client/v3/account/whoami";
const CONFIG = "/_matrix/client/v1/media/config";

let service: MediaService;
let alice: Account;

beforeAll(async () => {
  service = await startMediaService();
  alice = await service.register("credentials-alice");
});
afterAll(() => service?.stop());

/** What Synapse says of credentials, and what the service does. */
async function askBoth(query: string, authorizations: readonly string[]): Promise<[synapse: unknown, ours: unknown]> {
  const headers = authorizations.map((value) => ["Authorization", value] as const);
  const ask = async (port: number, path: string) => {
    const { status, body } = await RawConnection.ask(port, { method: "GET", target: path + query, headers });
    const { errcode, soft_logout: softLogout } = JSON.parse(body.toString()) as Record<string, unknown>;
    return [status, errcode, softLogout];
  };
  const { port } = inject("homeserver");
  return [await ask(port, WHOAMI), await ask(Number(new URL(service.directUrl).port), CONFIG)];
}

function fill(text: string): string {
  return text.replaceAll("TOKEN", alice.accessToken);
}

test.each<[string, string, string[]]>([
  ["none", "", []],
  ["one", "", ["Bearer TOKEN"]],
  ["one behind two spaces", "", ["Bearer  TOKEN"]],
  ["one before a space", "", ["Bearer TOKEN "]],
  ["two of the same", "", ["Bearer TOKEN", "Bearer TOKEN"]],
  ["two, of which the first is of another scheme", "", ["Basic eA==", "Bearer TOKEN"]],
  ["an empty one in the query", "?access_token=", []],
  ["one in the query", "?access_token=TOKEN", []],
  ["two in the query", "?access_token=TOKEN&access_token=x", []],
  ["one in the query behind a semicolon", "?a=1;access_token=TOKEN", []],
  ["one in the header and one in the query", "?access_token=TOKEN", ["Bearer TOKEN"]],
  ["one in the header and an empty one in the query", "?access_token=", ["Bearer TOKEN"]],
])("Credentials are taken and refused as Synapse does: %s", async (_, query, headers) => {
  const [synapse, ours] = await askBoth(fill(query), headers.map(fill));
  expect(ours).toEqual(synapse);
});

test("An application service's device that Synapse does not know is refused as Synapse does, and does not count as an outage", async () => {
  const query = `?user_id=${encodeURIComponent(alice.userId)}&device_id=NOBODYS`;
  const [synapse, ours] = await askBoth(query, [`Bearer ${inject("homeserver").appserviceToken}`]);
  expect(synapse).toEqual([400, "M_UNKNOWN_DEVICE", undefined]);
  expect(ours).toEqual(synapse);
  expect(service.lastLines()).not.toContain("cannot be asked");
});
