import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { INSTANCES, limit, placesOf, steps, upTo, type Language } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const KIND = "check_media_file_for_spam";
const BAD_CONTENT = '{"errcode":"M_UNKNOWN","error":"Bad content"}';

/** `check_media_file_for_spam`: the first verdict but "fine" refuses the file. */
export function describeSpam(shared: Shared, languages: readonly Language[]): void {
  describe("check_media_file_for_spam", () => {
    it("sees the whole file at its final path, in order, and the media id", async () => {
      const person = shared().person();
      const mediaId = await person.store(5000);
      expect(person.asked(KIND)).toEqual(INSTANCES);
      for (const { args } of person.calls(KIND)) {
        expect(args?.[1]).toBe(mediaId);
        const path = String(args?.[0]);
        expect(readFileSync(path)).toEqual(person.file(5000));
        expect(Object.keys(shared().service.files())).toContain(relative(join(shared().service.folder, "media"), path));
      }
    });

    it("hides the file from downloads until it is stored", async () => {
      const gate = shared().gate();
      const person = shared().person(steps(KIND, { second: { until: gate.path } }));
      const upload = person.upload(100);
      const mediaId = String((await person.called(KIND, "second")).args?.[1]);
      expect((await person.download(mediaId)).status).toBe(404);
      gate.open();
      expect((await upload).status).toBe(200);
      expect((await person.download(mediaId)).status).toBe(200);
    });

    it.each(INSTANCES)(
      "answers 400 where the %s refuses, asks no module behind it and leaves nothing",
      async (instance) => {
        const person = shared().person({ ...steps(KIND, { [instance]: { answer: true } }) });
        const before = shared().service.files();
        const { status, text } = await person.upload();
        expect({ status, text }).toEqual({ status: 400, text: BAD_CONTENT });
        expect(person.asked(KIND)).toEqual(upTo(instance));
        expect(person.calls("on_media_uploaded")).toEqual([]);
        expect(shared().service.files()).toEqual(before);
        const mediaId = String(person.calls(KIND)[0]?.args?.[1]);
        expect((await person.download(mediaId)).status).toBe(404);
      },
    );

    it("does not count a refused file against the user's limits", async () => {
      const limits = { get_media_upload_limits_for_user: { answer: [limit(150)] } };
      const person = shared().person({ first: limits, second: { [KIND]: { answer: true } } });
      expect((await person.upload(150)).status).toBe(400);
      person.script({ first: limits });
      expect((await person.upload(151)).status).toBe(403);
      expect(person.calls("on_media_upload_limit_exceeded")[0]?.args?.slice(2)).toEqual([0, 151]);
      expect((await person.upload(150)).status).toBe(200);
    });

    describe.each(placesOf(languages))("in $language", ({ language, instance }) => {
      it.each([{ $: "NOT_SPAM" }, false])("lets the walk continue by %j", async (answer) => {
        const person = shared().person(steps(KIND, { [instance]: { answer } }));
        expect((await person.upload()).status).toBe(200);
        expect(person.asked(KIND)).toEqual(INSTANCES);
      });

      it.each([true, { $: "code" }, { $: "code with fields" }])("refuses by %j, without a warning", async (answer) => {
        expect(await refuse(shared, instance, answer)).toEqual([]);
      });

      const odd = [null, 0, 1, "text", "", [], {}, ["text", {}], ["M_FORBIDDEN"]];
      it.each(language === "python" ? [...odd, "NOT_SPAM", { $: "tuple" }] : [...odd, { $: "undefined" }])(
        "refuses by %j, with a warning that names the module",
        async (answer) => {
          expect(await refuse(shared, instance, answer)).toEqual([
            expect.objectContaining({ module: shared().moduleName(instance), callback: KIND }),
          ]);
        },
      );
    });
  });
}

/** The facts of the warnings that a refusal was logged with. */
async function refuse(shared: Shared, instance: (typeof INSTANCES)[number], answer: unknown): Promise<object[]> {
  const person = shared().person(steps(KIND, { [instance]: { answer } }));
  const linesBefore = shared().service.log.lines.length;
  const filesBefore = shared().service.files();
  const { status, text } = await person.upload();
  expect({ status, text }).toEqual({ status: 400, text: BAD_CONTENT });
  expect(shared().service.files()).toEqual(filesBefore);
  const lines = shared().service.log.lines.slice(linesBefore);
  return lines.filter(({ level }) => level === "warn").map(({ facts }) => facts);
}
