import { describe, expect, it } from "vitest";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { INTERNAL_ERROR } from "../../callbacks/person.ts";
import { INSTANCES, limit, steps } from "../../callbacks/script.ts";
import { MAX_UPLOAD_BYTES } from "../../callbacks/scripted-service.ts";
import type { Shared } from "./callbacks.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";
const EXCEEDED = "on_media_upload_limit_exceeded";
const HOUR_MS = 3_600_000;

/** Uploads to media ids that were created before: the same chains in the same order. */
export function describePut(shared: Shared): void {
  describe("an upload to a media id that was created before", () => {
    it("asks and tells what any upload does, in the same order; creating the id asks no module", async () => {
      const person = shared().person();
      const mediaId = await person.create();
      expect(person.calls()).toEqual([]);
      const { status, text } = await person.put(mediaId, 123);
      expect({ status, text }).toEqual({ status: 200, text: "{}" });
      await person.called("on_media_uploaded", "third");
      expect(person.calls().map(({ callback, instance }) => `${callback} ${instance}`)).toEqual(
        [ALLOWED, LIMITS, SPAM, "on_media_uploaded"].flatMap((kind) => INSTANCES.map((at) => `${kind} ${at}`)),
      );
      expect(person.calls(ALLOWED)[0]?.args).toEqual([person.id, 123]);
      expect(person.calls(SPAM)[0]?.args?.[1]).toBe(mediaId);
      expect(person.calls("on_media_uploaded")[2]?.args).toEqual([person.id, mediaId, 123]);
      expect((await person.download(mediaId)).text).toBe(person.file(123).toString());
    });

    const refusals: [string, KindName, unknown, number, string][] = [
      ["denied", ALLOWED, false, 413, "M_TOO_LARGE"],
      ["over a limit", LIMITS, [limit(99)], 403, "M_USER_LIMIT_EXCEEDED"],
      ["refused by a spam check", SPAM, true, 400, "M_UNKNOWN"],
    ];
    it.each(refusals)("leaves nothing where it is %s, and the id may be tried again", async (...refusal) => {
      const [, kind, answer, expected, errcode] = refusal;
      for (const instance of INSTANCES) {
        const person = shared().person(steps(kind, { [instance]: { answer } }));
        const mediaId = await person.create();
        const before = shared().service.files();
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const { status, body } = await person.put(mediaId);
          expect([status, body["errcode"]]).toEqual([expected, errcode]);
        }
        expect(shared().service.files()).toEqual(before);
        person.script({});
        expect((await person.put(mediaId)).status).toBe(200);
        expect((await person.put(mediaId)).status).toBe(409);
      }
    });

    it("leaves nothing where a module fails, and the id may be tried again", async () => {
      const person = shared().person(steps(SPAM, { second: { raise: "error" } }));
      const mediaId = await person.create();
      const before = shared().service.files();
      const { status, text } = await person.put(mediaId);
      expect({ status, text }).toEqual({ status: 500, text: INTERNAL_ERROR });
      expect(shared().service.files()).toEqual(before);
      person.script({});
      expect((await person.put(mediaId)).status).toBe(200);
    });

    it("tells of the limit that it would pass, with what was sent before", async () => {
      const person = shared().person(steps(LIMITS, { second: { answer: [limit(150)] } }));
      await person.store(100);
      const mediaId = await person.create();
      expect((await person.put(mediaId, 51)).status).toBe(403);
      expect(person.asked(EXCEEDED)).toEqual(INSTANCES);
      expect(person.calls(EXCEEDED)[0]?.args?.slice(2)).toEqual([100, 51]);
      expect((await person.put(mediaId, 50)).status).toBe(200);
    });

    it("asks no module where the id is unknown, another user's or used, or the file over the service's own size", async () => {
      const [creator, other] = [shared().person(), shared().person()];
      const mediaId = await creator.create();
      expect((await other.put(mediaId)).status).toBe(403);
      expect((await other.put("AAAAAAAAAAAAAAAAAAAAAAAA")).status).toBe(404);
      expect((await creator.put(mediaId, MAX_UPLOAD_BYTES + 1)).status).toBe(413);
      expect([creator.calls(), other.calls()]).toEqual([[], []]);
      const used = await other.store(10);
      await other.called("on_media_uploaded", "third");
      const before = other.calls().length;
      expect((await other.put(used)).status).toBe(409);
      expect(other.calls()).toHaveLength(before);
    });

    it("counts by when it was uploaded, not by when the id was created", async () => {
      const person = shared().person(steps(LIMITS, { first: { answer: [limit(100, HOUR_MS)] } }));
      const mediaId = await person.create();
      shared().ageCreation(mediaId, 2 * HOUR_MS);
      expect((await person.put(mediaId, 100)).status).toBe(200);
      expect((await person.upload(1)).status).toBe(403);
      expect(person.calls(EXCEEDED)[0]?.args?.slice(2)).toEqual([100, 1]);
    });

    it("holds its quota from before the first byte, together with uploads of any kind", async () => {
      const gate = shared().gate();
      const held = { ...steps(LIMITS, { first: { answer: [limit(150)] } }), third: { [SPAM]: { until: gate.path } } };
      const person = shared().person(held);
      const [one, other] = [await person.create(), await person.create()];
      const first = person.put(one, 100);
      await person.called(SPAM, "third");
      expect((await person.put(other, 51)).status).toBe(403);
      expect((await person.upload(51)).status).toBe(403);
      expect(person.calls(EXCEEDED).map(({ args }) => args?.[2])).toEqual(Array.from({ length: 6 }, () => 100));
      const second = person.put(other, 50);
      gate.open();
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
    });

    it("never passes a limit together with others", async () => {
      const person = shared().person(steps(LIMITS, { first: { answer: [limit(2500)] } }));
      const ids = [await person.create(), await person.create(), await person.create(), await person.create()];
      const answers = await Promise.all(ids.map((mediaId) => person.put(mediaId, 1000)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 403, 403]);
    });

    it("is stored once of many to one id, whose others are 409 and leave nothing", async () => {
      const person = shared().person();
      const mediaId = await person.create();
      const before = Object.keys(shared().service.files());
      const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => person.put(mediaId, 100 + index)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409, 409, 409]);
      const stored = (await person.download(mediaId)).text;
      expect(stored).toHaveLength(100 + statuses.indexOf(200));
      expect(Object.keys(shared().service.files())).toHaveLength(before.length + 1);
      expect(person.asked(SPAM)).toEqual(INSTANCES);
    });

    it("is stored without a Content-Length as well", async () => {
      const person = shared().person();
      const path = `/_matrix/media/v3/upload/example.test/${await person.create()}`;
      expect((await person.uploadChunks(["one,", "two"], path, "PUT")).text).toBe("{}");
      for (const { args } of person.calls(ALLOWED)) expect(args).toEqual([person.id, 7]);
    });

    it("is carried through once its body has arrived, although the client is gone, and wakes who waits for it", async () => {
      const gate = shared().gate();
      const person = shared().person(steps(SPAM, { second: { until: gate.path } }));
      const mediaId = await person.create();
      const waiting = person.download(mediaId);
      const request = person.open(
        { "Content-Length": "100" },
        `/_matrix/media/v3/upload/example.test/${mediaId}`,
        "PUT",
      );
      request.end(person.file(100));
      await person.called(SPAM, "second");
      const before = shared().service.log.lines.length;
      request.destroy();
      await shared().service.log.waitFor(
        (line) => line.facts["aborted"] === true && shared().service.log.lines.indexOf(line) >= before,
      );
      gate.open();
      expect((await waiting).text).toBe(person.file(100).toString());
    });
  });
}
