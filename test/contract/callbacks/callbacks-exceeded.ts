import { describe, expect, it } from "vitest";
import {
  INSTANCES,
  limit,
  placesOf,
  steps,
  type Instance,
  type Language,
  type Script,
} from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "on_media_upload_limit_exceeded";
const LIMITS = "get_media_upload_limits_for_user";

/** `on_media_upload_limit_exceeded`: every module is told, and the upload is refused in every case. */
export function describeExceeded(shared: Shared, languages: readonly Language[]): void {
  const languageOf = (instance: Instance) => languages[INSTANCES.indexOf(instance)] ?? "typescript";

  describe("on_media_upload_limit_exceeded", () => {
    it("tells every module in their order, with the user, the limit, and the bytes sent and attempted", async () => {
      const person = shared().person(
        script([limit(150, 60_000, { info_uri: "https://example.test/plan", can_upgrade: true })]),
      );
      await person.store(100);
      expect((await person.upload(51)).status).toBe(403);
      expect(person.asked(KIND)).toEqual(INSTANCES);
      for (const { args, instance } of person.calls(KIND)) {
        expect(args?.filter((_arg, index) => index !== 1)).toEqual([person.id, 100, 51]);
        expect(args?.[1]).toEqual(
          languageOf(instance) === "python"
            ? {
                can_upgrade: "True",
                info_uri: "'https://example.test/plan'",
                max_bytes: "150",
                time_period_ms: "60000",
              }
            : {
                frozen: true,
                maxBytes: 150,
                timePeriodMs: 60_000,
                infoUri: "https://example.test/plan",
                canUpgrade: true,
              },
        );
      }
    });

    it("is not called for an upload that fits", async () => {
      const person = shared().person(script([limit(100)]));
      expect((await person.upload(100)).status).toBe(200);
      expect(person.calls(KIND)).toEqual([]);
    });

    it("gives each a copy of its own that cannot be changed", async () => {
      const mutate = { [KIND]: { mutate: true } };
      const person = shared().person({
        first: { ...mutate, [LIMITS]: { answer: [limit(50)] } },
        second: mutate,
        third: mutate,
      });
      const linesBefore = shared().service.log.lines.length;
      expect((await person.upload(51)).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED" });
      const limits = person.calls(KIND).map(({ args }) => args?.[1] as Record<string, unknown>);
      expect(limits.map(({ max_bytes, maxBytes }) => Number(max_bytes ?? maxBytes))).toEqual([50, 50, 50]);
      const errors = shared()
        .service.log.lines.slice(linesBefore)
        .filter(({ level }) => level === "error");
      expect(errors.map(({ facts }) => facts)).toEqual(
        INSTANCES.map((instance) => expect.objectContaining({ module: shared().moduleName(instance), callback: KIND })),
      );
    });

    it.each(placesOf(languages))("hands on exactly the numbers that $language gave", async ({ language, instance }) => {
      const answer = [limit({ $float: "40.0" }, { $int: "9007199254740993" })];
      const person = shared().person({ [instance]: { [LIMITS]: { answer } } });
      expect((await person.upload(41)).status).toBe(403);
      for (const { instance: told, args } of person.calls(KIND)) {
        const expected =
          languageOf(told) === "typescript"
            ? { maxBytes: 40, timePeriodMs: "9007199254740993n" }
            : { max_bytes: language === "python" ? "40.0" : "40", time_period_ms: "9007199254740993" };
        expect(args?.[1]).toMatchObject(expected);
      }
    });

    it.runIf(languages[0] === "python")("hands on True as True to Python and as 1 to TypeScript", async () => {
      const person = shared().person(script([limit(true)]));
      expect((await person.upload(2)).status).toBe(403);
      for (const { instance: told, args } of person.calls(KIND)) {
        expect(args?.[1]).toMatchObject(languageOf(told) === "typescript" ? { maxBytes: 1 } : { max_bytes: "True" });
      }
    });

    it.runIf(languages[0] === "python")("hands on to Python what else a limit of Python holds", async () => {
      const person = shared().person(script([limit(40, 1000, { newer: ["than", 1163] })]));
      await person.upload(41);
      const python = person.calls(KIND).filter(({ instance }) => languageOf(instance) === "python");
      for (const { args } of python) expect(args?.[1]).toMatchObject({ newer: "['than', 1163]" });
      expect(python.length).toBeGreaterThan(1);
    });

    it("lets the first SynapseError or MatrixError word the refusal, and tells the others all the same", async () => {
      const refuse = (msg: string) => ({
        [KIND]: { refuse: { code: 429, msg, errcode: "ORG_EXAMPLE", headers: { "X-Plan": "free" } } },
      });
      const person = shared().person({
        first: { [LIMITS]: { answer: [limit(50)] }, [KIND]: { raise: "error" } },
        second: refuse("second"),
        third: refuse("third"),
      });
      const before = shared().service.files();
      const { status, text, headers } = await person.upload();
      expect({ status, body: JSON.parse(text) as unknown }).toEqual({
        status: 429,
        body: { errcode: "ORG_EXAMPLE", error: "second" },
      });
      expect(headers.get("x-plan")).toBe("free");
      expect(person.asked(KIND)).toEqual(INSTANCES);
      expect(shared().service.files()).toEqual(before);
    });

    it.each(["error", "cancelled", "sync"])("sends the limit's own refusal whatever else fails: %s", async (how) => {
      const step = how === "sync" ? { raise: "error", how: "sync" as const } : { raise: how };
      const person = shared().person({
        ...steps(KIND, { second: step, third: step }),
        first: { [LIMITS]: { answer: [limit(50)] }, [KIND]: step },
      });
      expect((await person.upload()).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED" });
      expect(person.asked(KIND)).toEqual(INSTANCES);
    });

    it("refuses although every one answers True", async () => {
      const step = { [KIND]: { answer: true } };
      const person = shared().person({
        first: { [LIMITS]: { answer: [limit(50)] }, ...step },
        second: step,
        third: step,
      });
      expect((await person.upload()).status).toBe(403);
    });
  });
}

function script(answer: readonly unknown[]): Script {
  return { first: { [LIMITS]: { answer } } };
}
