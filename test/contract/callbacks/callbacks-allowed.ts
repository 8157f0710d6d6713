import { describe, expect, it } from "vitest";
import { INTERNAL_ERROR } from "../../callbacks/person.ts";
import { INSTANCES, placesOf, steps, upTo, type Language } from "../../callbacks/script.ts";
import { MAX_UPLOAD_BYTES } from "../../callbacks/scripted-service.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "is_user_allowed_to_upload_media_of_size";
const TOO_LARGE = '{"errcode":"M_TOO_LARGE","error":"Upload request body is too large"}';

/** `is_user_allowed_to_upload_media_of_size`: the first denial refuses the upload. */
export function describeAllowed(shared: Shared, languages: readonly Language[]): void {
  describe("is_user_allowed_to_upload_media_of_size", () => {
    it("stores the upload when every module allows it, having asked them in their order with the user and the size", async () => {
      const person = shared().person();
      expect((await person.upload(123)).status).toBe(200);
      expect(person.asked(KIND)).toEqual(INSTANCES);
      for (const { args } of person.calls(KIND)) expect(args).toEqual([person.id, 123]);
    });

    it("asks about an upload of no bytes at all", async () => {
      const person = shared().person();
      expect((await person.upload(0)).status).toBe(200);
      expect(person.calls(KIND)[0]?.args).toEqual([person.id, 0]);
    });

    it.each(INSTANCES)(
      "answers 413 where the %s denies, asks no module behind it and leaves nothing",
      async (instance) => {
        const person = shared().person(steps(KIND, { [instance]: { answer: false } }));
        const before = shared().service.files();
        const { status, text } = await person.upload();
        expect({ status, text }).toEqual({ status: 413, text: TOO_LARGE });
        expect(person.calls().map(({ callback, instance: at }) => [callback, at])).toEqual(
          upTo(instance).map((at) => [KIND, at]),
        );
        expect(shared().service.files()).toEqual(before);
      },
    );

    it("asks no module about an upload over the service's own size", async () => {
      const person = shared().person();
      const { status, text } = await person.upload(MAX_UPLOAD_BYTES + 1);
      expect({ status, text }).toEqual({ status: 413, text: TOO_LARGE });
      expect(person.calls()).toEqual([]);
    });

    describe.each(placesOf(languages))("in $language", ({ language, instance }) => {
      const deniers = [null, 0, "", [], {}];
      it.runIf(language === "python").each(deniers)("denies by %j", async (answer) => {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        expect((await person.upload()).text).toBe(TOO_LARGE);
      });

      it.runIf(language === "python").each([1, "text", [0], { key: 0 }])("allows by %j", async (answer) => {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        expect((await person.upload()).status).toBe(200);
      });

      const noBooleans = [null, 0, 1, "", "text", [], {}, { $: "undefined" }];
      it.runIf(language === "typescript").each(noBooleans)("refuses %j as the module's error", async (answer) => {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        const before = shared().service.files();
        const { status, text } = await person.upload();
        expect({ status, text }).toEqual({ status: 500, text: INTERNAL_ERROR });
        expect(person.asked(KIND)).toEqual(upTo(instance));
        expect(shared().service.files()).toEqual(before);
      });
    });
  });
}
