import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { RawConnection, type RawAnswer } from "../support/raw-connection.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const BODY = '{"m.upload.size":52428800}';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

function ask(method: string, target: string): Promise<RawAnswer> {
  return RawConnection.ask(service.port, { method, target, headers: [["Authorization", "Bearer token-of-alice"]] });
}

// What docs/differences-from-synapse.md says about them.
test.each([
  ["a target with scheme and host", `http://example.test${CONFIG}`],
  ["two spaces before the target", ` ${CONFIG}`],
  ["two spaces after the target", `${CONFIG} `],
])("A request line with %s is answered as one without", async (_, target) => {
  const answer = await ask("GET", target);
  expect([answer.status, answer.body.toString()]).toEqual([200, BODY]);
});

test("HEAD is answered with the length that GET's body has, also where it is an error", async () => {
  for (const target of [CONFIG, "/_matrix/client/v1/media/download/example.test/abcdefghijklmnopqrstuvwx"]) {
    const [head, get] = [await ask("HEAD", target), await ask("GET", target)];
    expect([head.status, head.headers["content-length"]]).toEqual([get.status, String(get.body.length)]);
    expect(head.body).toHaveLength(0);
  }
});
