import { describe, expect, it } from "vitest";
import { INSTANCES, steps } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "on_media_uploaded";

/** `on_media_uploaded`: told after the fact, failures are for the log alone. */
export function describeNotifications(shared: Shared): void {
  describe("on_media_uploaded", () => {
    it.each([
      ["raise", { raise: "error" }],
      ["refuse", { refuse: { code: 403, msg: "no", errcode: "M_FORBIDDEN" } }],
      ["answer false", { answer: false }],
    ])("changes nothing where all of them %s, and every module is told", async (_what, step) => {
      const person = shared().person(steps(KIND, { first: step, second: step, third: step }));
      const mediaId = await person.store(64);
      await person.called(KIND, "third");
      expect(person.asked(KIND)).toEqual(INSTANCES);
      expect((await person.download(mediaId)).status).toBe(200);
    });

    it("logs a failure with the module's name", async () => {
      const person = shared().person(steps(KIND, { second: { raise: "error" } }));
      await person.store(64);
      const line = await shared().service.log.waitFor(
        ({ level, facts }) =>
          level === "error" && facts["callback"] === KIND && facts["module"] === shared().moduleName("second"),
      );
      expect(line).toBeDefined();
    });

    it("is answered without waiting for it", async () => {
      const gate = shared().gate();
      const person = shared().person(steps(KIND, { first: { until: gate.path } }));
      expect((await person.upload(64)).status).toBe(200);
      await person.called(KIND, "first");
      expect(person.asked(KIND)).toEqual(["first"]);
      gate.open();
      await person.called(KIND, "third");
    });
  });
}
