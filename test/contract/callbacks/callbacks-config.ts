import { describe, expect, it } from "vitest";
import { INTERNAL_ERROR } from "../../callbacks/person.ts";
import { INSTANCES, placesOf, steps, upTo, type Instance, type Language } from "../../callbacks/script.ts";
import { MAX_UPLOAD_BYTES } from "../../callbacks/scripted-service.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "get_media_config_for_user";

/** `get_media_config_for_user`: the first dict is the whole body. */
export function describeConfig(shared: Shared, languages: readonly Language[]): void {
  describe("get_media_config_for_user", () => {
    it("answers the service's own size when every module passes, having asked them in their order with the user alone", async () => {
      const person = shared().person();
      const { status, text, headers } = await person.config();
      expect({ status, text }).toEqual({ status: 200, text: `{"m.upload.size":${MAX_UPLOAD_BYTES}}` });
      expect(headers.get("content-type")).toBe("application/json");
      expect(headers.get("cache-control")).toBe("no-cache, no-store, must-revalidate");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(person.asked(KIND)).toEqual(INSTANCES);
      for (const { args } of person.calls(KIND)) expect(args).toEqual([person.id]);
    });

    it.each(["/_matrix/media/v3/config", "/_matrix/media/r0/config", "/_matrix/media/v1/config"])(
      "decides for %s too",
      async (path) => {
        const person = shared().person(steps(KIND, { second: { answer: { path } } }));
        expect((await person.config(path)).body).toEqual({ path });
      },
    );

    it.each(INSTANCES)("takes the dict of the %s as the whole body, and asks no module behind it", async (instance) => {
      const others = Object.fromEntries(
        INSTANCES.filter((one) => !upTo(instance).includes(one)).map((one) => [one, { answer: { late: 1 } }]),
      );
      const body = { "org.example": { grüße: ["🦊", null, true, {}] }, "m.upload.size": 7 };
      const person = shared().person(steps(KIND, { [instance]: { answer: body }, ...others }));
      expect((await person.config()).body).toEqual(body);
      expect(person.asked(KIND)).toEqual(upTo(instance));
    });

    it.each(INSTANCES)("stops at an empty dict of the %s", async (instance) => {
      const person = shared().person(steps(KIND, { [instance]: { answer: {} } }));
      expect((await person.config()).text).toBe("{}");
      expect(person.asked(KIND)).toEqual(upTo(instance));
    });

    it.each([false, 0, "", []])("continues after %j, with a warning that names the module", async (answer) => {
      const person = shared().person(steps(KIND, { first: { answer }, second: { answer: { second: true } } }));
      const linesBefore = shared().service.log.lines.length;
      expect((await person.config()).body).toEqual({ second: true });
      const warnings = shared()
        .service.log.lines.slice(linesBefore)
        .filter(({ level }) => level === "warn");
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.facts).toMatchObject({ module: shared().moduleName("first"), callback: KIND });
    });

    it.each(["9007199254740993", "18446744073709551616", "-123456789012345678901234567890"])(
      "sends the integer %s as it is",
      async ($int) => {
        for (const { instance } of placesOf(languages)) {
          const person = shared().person(steps(KIND, { [instance]: { answer: { "m.upload.size": { $int } } } }));
          expect((await person.config()).text).toBe(`{"m.upload.size":${$int}}`);
        }
      },
    );

    it("sends keys of any name", async () => {
      const answer = JSON.parse('{"__proto__":1,"constructor":2,"":3,"7":4}') as object;
      for (const { instance } of placesOf(languages)) {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        const { text } = await person.config();
        for (const member of ['"__proto__":1', '"constructor":2', '"":3', '"7":4']) expect(text).toContain(member);
      }
    });

    describe.each(placesOf(languages))("in $language", ({ language, instance }) => {
      it.each([true, 1, "text", [1]])("refuses %j as the module's error and ends the walk", async (answer) => {
        expect(await fail(shared, instance, answer)).toEqual(failureAt(shared, instance));
      });

      it.each([...UNSAYABLE.both, ...UNSAYABLE[language]])(
        "refuses a dict with %s, which JSON cannot say",
        async ($) => {
          expect(await fail(shared, instance, { deep: [{ value: { $ } }] })).toEqual(failureAt(shared, instance));
        },
      );

      it.runIf(language === "python")("sends tuples as lists, enums as their value and floats as floats", async () => {
        const answer = { tuple: { $: "tuple" }, enum: { $: "enum" }, float: { $float: "100" } };
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        const { text } = await person.config();
        expect(text).toContain('"float":100.0');
        expect(JSON.parse(text)).toEqual({ tuple: [1, 2], enum: "red", float: 100 });
      });

      it.runIf(language === "python")("continues after an empty tuple", async () => {
        const person = shared().person(steps(KIND, { [instance]: { answer: { $: "empty tuple" } } }));
        expect((await person.config()).status).toBe(200);
        expect(person.asked(KIND)).toEqual(INSTANCES);
      });

      it.runIf(language === "typescript")("takes undefined as a pass", async () => {
        const person = shared().person(steps(KIND, { [instance]: { answer: { $: "undefined" } } }));
        expect((await person.config()).body).toEqual({ "m.upload.size": MAX_UPLOAD_BYTES });
      });
    });
  });
}

const UNSAYABLE = {
  both: ["nan", "infinity", "set", "bytes", "object", "lone surrogate", "cycle"],
  python: ["mixed keys"],
  typescript: ["function", "date", "undefined"],
};

/** What a wrong answer came to: the answer to the client, who was asked, and what was logged. */
async function fail(shared: Shared, instance: Instance, answer: unknown) {
  const person = shared().person(steps(KIND, { [instance]: { answer } }));
  const linesBefore = shared().service.log.lines.length;
  const { status, text } = await person.config();
  const lines = shared().service.log.lines.slice(linesBefore);
  const logged = lines
    .filter(({ level }) => level === "error")
    .map(({ facts }) => [facts["module"], facts["callback"]]);
  return { status, text, asked: person.asked(KIND), logged };
}

function failureAt(shared: Shared, instance: Instance) {
  return { status: 500, text: INTERNAL_ERROR, asked: upTo(instance), logged: [[shared().moduleName(instance), KIND]] };
}
