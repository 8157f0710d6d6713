import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawConnection, type RawAnswer } from "../../http/support/raw-connection.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { register, SERVER_NAME, startSynapse, type Account, type Synapse } from "../support/synapse.ts";

const UPLOAD = "/_matrix/media/v3/upload";
const THEIR_MAXIMUM = 1024 * 1024;
const OUR_MAXIMUM = 60 * 1024 * 1024;

let synapse: Synapse;
let service: TestService;
let alice: Account;
let bob: Account;
beforeAll(async () => {
  synapse = await startSynapse({ mediaRepo: true, config: { max_upload_size: THEIR_MAXIMUM } });
  const { homeserver } = synapse;
  [alice, bob] = [await register(homeserver, "alice"), await register(homeserver, "bob")];
  service = await startTestService({
    config: { server_name: SERVER_NAME, max_upload_size: OUR_MAXIMUM },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: homeserver.url },
      upstream: { url: homeserver.url },
    },
  });
});
afterAll(async () => {
  await service?.stop();
  await synapse?.stop();
});

function upload(port: number, query: string, type: string, body: string | Buffer): Promise<RawAnswer> {
  const headers = [["Content-Type", type]] as const;
  return RawConnection.ask(port, { method: "POST", target: UPLOAD + query, headers, body });
}

/** How much a user has stored. */
async function storedBy({ userId }: Account): Promise<number> {
  const { url, admin } = synapse.homeserver;
  const headers = { Authorization: `Bearer ${admin.accessToken}` };
  const answer = await fetch(`${url}/_synapse/admin/v1/users/${userId}/media`, { headers });
  return ((await answer.json()) as { total: number }).total;
}

describe("A form whose token is another user's than that of the query", () => {
  test.each(["application/x-www-form-urlencoded", "=?utf-8?q?application?=/x-www-form-urlencoded"])(
    "is stored by Synapse for the user of the form, and refused before it: %s",
    async (type) => {
      const query = `?access_token=${alice.accessToken}`;
      const body = `access_token=${bob.accessToken}`;
      const before = [await storedBy(alice), await storedBy(bob)];
      expect((await upload(synapse.homeserver.port, query, type, body)).status).toBe(200);
      const after = [await storedBy(alice), await storedBy(bob)];
      expect(after).toEqual([before[0], (before[1] ?? 0) + 1]);
      expect((await upload(service.port, query, type, body)).status).toBe(415);
      expect([await storedBy(alice), await storedBy(bob)]).toEqual(after);
    },
  );
});

describe("An upload that is too large for Synapse alone", () => {
  // Synapse reads up to 13 MB of any request before it cuts the connection.
  test.each([2_000_000, 14_000_000, 50_000_000])("is answered 413: %d bytes", async (bytes) => {
    const query = `?access_token=${alice.accessToken}`;
    const answer = await upload(service.port, query, "image/png", Buffer.alloc(bytes));
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    expect(await storedBy(alice)).toBe(0);
  });
});
