import { describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";

const OWN_ID = /^[0-9a-f]{8}-[1-9]\d*$/;

async function withService(xForwarded: boolean, act: (service: TestService) => Promise<void>): Promise<void> {
  const listen = { host: "127.0.0.1", port: 0, x_forwarded: xForwarded };
  const service = await startTestService({ mediaBridge: { listen } });
  try {
    await act(service);
  } finally {
    await service.stop();
  }
}

/** What an answer and its line in the log call a request. */
async function namesOf(service: TestService, given?: string): Promise<[answer: string | null, line: unknown]> {
  const headers: Record<string, string> = given === undefined ? {} : { "X-Request-ID": given };
  const before = service.log.lines.length;
  const answer = await service.request("/health", { headers });
  const line = await service.log.waitFor(
    (candidate) => candidate.message === "request" && service.log.lines.indexOf(candidate) >= before,
  );
  return [answer.headers.get("X-Request-ID"), line.facts["requestId"]];
}

describe("X-Request-ID", () => {
  test("The X-Request-ID of an answer is the proxy's name for the request", async () => {
    await withService(true, async (service) => {
      expect(await namesOf(service, "A_proxy.s-1")).toEqual(["A_proxy.s-1", "A_proxy.s-1"]);
      expect(await namesOf(service, "x".repeat(64))).toEqual(["x".repeat(64), "x".repeat(64)]);
    });
  });

  test.each([
    ["too long", "x".repeat(65)],
    ["with a space in it", "a b"],
    ["with a line's end written out", "a%0ab"],
    ["with a quote in it", 'a"b'],
    ["empty", ""],
    ["sent twice", "a, b"],
  ])("An X-Request-ID that is %s is replaced by one of the service's own", async (_what, given) => {
    await withService(true, async (service) => {
      const [answer, line] = await namesOf(service, given);
      expect(answer).toMatch(OWN_ID);
      expect(line).toBe(answer);
    });
  });

  test("is the service's own where no proxy is believed, with a number that counts up", async () => {
    await withService(false, async (service) => {
      const [[first], [second]] = [await namesOf(service, "given"), await namesOf(service)];
      expect(first).toMatch(OWN_ID);
      expect(second).toMatch(OWN_ID);
      const [start, number] = (first ?? "").split("-");
      expect(second).toBe(`${start}-${Number(number) + 1}`);
    });
  });

  test("may be read by pages of other origins", async () => {
    await withService(false, async (service) => {
      const exposed = (await service.request("/nowhere")).headers.get("Access-Control-Expose-Headers");
      expect(exposed?.split(", ")).toContain("X-Request-ID");
    });
  });
});
