import { describe, expect, it } from "vitest";
import { INTERNAL_ERROR } from "../../callbacks/person.ts";
import { INSTANCES, limit, placesOf, steps, upTo, type Language } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "get_media_upload_limits_for_user";
const PAGE = "https://example.test/_synapse/client/media_upload_limit_exceeded";
const HOUR_MS = 3_600_000;

/** `get_media_upload_limits_for_user`: the first list is used in place of the configured limits. */
export function describeLimits(shared: Shared, languages: readonly Language[]): void {
  describe("get_media_upload_limits_for_user", () => {
    it("holds a user to the configured limits when every module passes, having asked them in their order", async () => {
      const person = shared().person();
      const { status, body } = await person.upload(20 * 1024 + 1);
      expect(status).toBe(403);
      expect(body).toEqual({
        errcode: "M_USER_LIMIT_EXCEEDED",
        error: "Media upload limit exceeded",
        info_uri: "https://example.test/hour",
      });
      expect(person.asked(KIND)).toEqual(INSTANCES);
      for (const { args } of person.calls(KIND)) expect(args).toEqual([person.id]);
    });

    it("points at the service's page where a limit names none, and serves it", async () => {
      const person = shared().person();
      expect((await person.upload(30 * 1024 + 1)).body).toMatchObject({
        errcode: "M_USER_LIMIT_EXCEEDED",
        info_uri: PAGE,
      });
      const page = await fetch(new URL(new URL(PAGE).pathname, shared().service.url));
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    });

    it.each(INSTANCES)("takes the list of the %s and asks no module behind it", async (instance) => {
      const person = shared().person(steps(KIND, { [instance]: { answer: [limit(99)] } }));
      expect((await person.upload(100)).status).toBe(403);
      expect(person.asked(KIND)).toEqual(upTo(instance));
    });

    it.each(INSTANCES)("lifts every limit by an empty list of the %s", async (instance) => {
      const person = shared().person(steps(KIND, { [instance]: { answer: [] } }));
      expect((await person.upload(40 * 1024)).status).toBe(200);
      expect(person.asked(KIND)).toEqual(upTo(instance));
    });

    it("allows exactly the bytes of a limit, and not one more", async () => {
      const person = shared().person(steps(KIND, { second: { answer: [limit(150)] } }));
      expect((await person.upload(100)).status).toBe(200);
      expect((await person.upload(51)).status).toBe(403);
      expect((await person.upload(50)).status).toBe(200);
      expect((await person.upload(0)).status).toBe(200);
      expect((await person.upload(1)).status).toBe(403);
    });

    it.each([
      [
        { info_uri: "https://example.test/plans", can_upgrade: true },
        { info_uri: "https://example.test/plans", can_upgrade: true },
      ],
      [{ info_uri: "https://example.test/plans", can_upgrade: false }, { info_uri: "https://example.test/plans" }],
      [{ can_upgrade: true }, { info_uri: PAGE, can_upgrade: true }],
      [{ info_uri: "" }, { info_uri: PAGE }],
      [
        { info_uri: "", can_upgrade: true },
        { info_uri: PAGE, can_upgrade: true },
      ],
    ])("words the refusal by %j of the limit", async (more, fields) => {
      for (const { instance } of placesOf(languages)) {
        const person = shared().person(steps(KIND, { [instance]: { answer: [limit(10, 1000, more)] } }));
        expect((await person.upload(100)).body).toEqual({
          errcode: "M_USER_LIMIT_EXCEEDED",
          error: "Media upload limit exceeded",
          ...fields,
        });
      }
    });

    it("reports the longest period first, equal periods in their given order", async () => {
      const answer = [named("short", 1000, 10), named("a", 5000, 50), named("b", 5000, 20), named("long", 9000, 90)];
      const person = shared().person(steps(KIND, { first: { answer } }));
      const breached = async (sizeBytes: number) =>
        String((await person.upload(sizeBytes)).body["info_uri"])
          .split("/")
          .at(-1);
      expect([await breached(91), await breached(51), await breached(21), await breached(11)]).toEqual([
        "long",
        "a",
        "b",
        "short",
      ]);
    });

    it("counts for each limit what was sent in its own period", async () => {
      const answer = [limit(250, HOUR_MS, { info_uri: "https://example.test/hour" }), limit(1000, 24 * HOUR_MS)];
      const person = shared().person(steps(KIND, { third: { answer } }));
      shared().age(await person.store(100), 2 * HOUR_MS);
      await person.store(200);
      expect((await person.upload(51)).body).toMatchObject({ info_uri: "https://example.test/hour" });
      expect((await person.upload(701)).body).toMatchObject({ info_uri: PAGE });
      const sent = person.calls("on_media_upload_limit_exceeded").map(({ args }) => args?.slice(2));
      expect(sent).toEqual([...INSTANCES.map(() => [200, 51]), ...INSTANCES.map(() => [300, 701])]);
      shared().age(await person.store(50), 2 * HOUR_MS);
      expect((await person.upload(50)).status).toBe(200);
    });

    it("counts no other user's uploads", async () => {
      const script = steps(KIND, { first: { answer: [limit(100)] } });
      const [one, other] = [shared().person(script), shared().person(script)];
      await one.store(100);
      expect((await other.upload(100)).status).toBe(200);
    });

    describe.each(placesOf(languages))("in $language", ({ language, instance }) => {
      it.each(WRONG)("refuses $answer as the module's error", async ({ answer }) => {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        const before = shared().service.files();
        const { status, text } = await person.upload();
        expect({ status, text }).toEqual({ status: 500, text: INTERNAL_ERROR });
        expect(person.asked(KIND)).toEqual(upTo(instance));
        expect(shared().service.files()).toEqual(before);
      });

      it.runIf(language === "python").each([{ $: "tuple" }, { $: "empty tuple" }])(
        "refuses %j, which is not a list",
        async (answer) => {
          const person = shared().person(steps(KIND, { [instance]: { answer } }));
          expect((await person.upload()).text).toBe(INTERNAL_ERROR);
        },
      );

      it.runIf(language === "python")("takes any object with the two numbers for a limit", async () => {
        const person = shared().person(steps(KIND, { [instance]: { answer: [{ $duck: [99, 1000] }] } }));
        expect((await person.upload(99)).status).toBe(200);
        expect((await person.upload(1)).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED", info_uri: PAGE });
      });

      it.runIf(language === "python")("counts True as 1 and False as 0, as Python does", async () => {
        const one = shared().person(steps(KIND, { [instance]: { answer: [limit(true)] } }));
        const none = shared().person(steps(KIND, { [instance]: { answer: [limit(false)] } }));
        expect((await one.upload(1)).status).toBe(200);
        expect((await one.upload(1)).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED", info_uri: PAGE });
        expect((await none.upload(0)).status).toBe(200);
        expect((await none.upload(1)).status).toBe(403);
      });

      it.runIf(language === "typescript")("refuses true in place of a number as the module's error", async () => {
        const person = shared().person(steps(KIND, { [instance]: { answer: [limit(true)] } }));
        expect((await person.upload(1)).text).toBe(INTERNAL_ERROR);
      });

      it("takes floats and integers of any size for numbers", async () => {
        const answer = [
          limit({ $float: "99.5" }, { $int: "9007199254740993" }),
          limit({ $int: `1${"0".repeat(30)}` }, { $float: "1e300" }),
        ];
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        expect((await person.upload(100)).status).toBe(403);
        expect((await person.upload(99)).status).toBe(200);
      });
    });
  });
}

const WRONG = [
  false,
  0,
  "",
  "text",
  {},
  [null],
  ["text"],
  [{}],
  [{ max_bytes: 1, time_period_ms: 1 }],
  limit(10),
  [limit(10), null],
  [limit({ $: "nan" })],
  [limit(10, { $: "infinity" })],
  [{ $limit: { max_bytes: "10", time_period_ms: 1000 } }],
  [{ $limit: { max_bytes: 10, time_period_ms: 1000, info_uri: 7 } }],
  [{ $limit: { max_bytes: 10, time_period_ms: 1000, info_uri: { $: "lone surrogate" } } }],
].map((answer) => ({ answer }));

function named(name: string, periodMs: number, maxBytes: number): object {
  return limit(maxBytes, periodMs, { info_uri: `https://example.test/${name}` });
}
