import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGuard, type GuardService } from "../support/guard-service.ts";

describe("What Python modules log in front of a Synapse", () => {
  let guard: GuardService;
  beforeAll(async () => {
    guard = await startGuard({ config: { modules: [{ module: "talkative.Talkative" }] } });
  });
  afterAll(() => guard.stop());

  test.each(["asked about 5 bytes", "printed about 5 bytes"])(
    "%s: the line carries the number of the upload's request",
    async (said) => {
      await guard.upload("hello");
      const line = await guard.service.log.waitFor(({ message }) => message === said);
      const { log } = guard.service;
      const request = await log.waitFor(
        ({ message, facts }) => message === "request" && facts["request"] === line.facts["request"],
      );
      expect(request.facts["route"]).toBe("/_matrix/media/…/upload");
    },
  );

  test("A line about the media configuration carries the number of its request", async () => {
    await guard.service.request("/_matrix/client/v1/media/config", { as: "alice" });
    const { log } = guard.service;
    const line = await log.waitFor(({ message }) => message.startsWith("asked for the configuration of @alice"));
    const request = await log.waitFor(
      ({ message, facts }) => message === "request" && facts["request"] === line.facts["request"],
    );
    expect(request.facts["route"]).toBe("/_matrix/…/media/config");
  });
});
