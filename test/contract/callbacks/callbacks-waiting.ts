import { describe, expect, it } from "vitest";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { INSTANCES, limit, placesOf, steps, type Language } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const CONFIG = "get_media_config_for_user";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const SPAM = "check_media_file_for_spam";

/** Callbacks that take their time, and callbacks that answer at once. */
export function describeWaiting(shared: Shared, languages: readonly Language[]): void {
  describe("a callback that waits", () => {
    it.each(placesOf(languages))("in $language is not cancelled when its client goes away", async ({ instance }) => {
      const gate = shared().gate();
      const person = shared().person(steps(CONFIG, { [instance]: { until: gate.path } }));
      const request = person.open({}, "/_matrix/client/v1/media/config", "GET");
      request.end();
      await person.called(CONFIG, instance);
      const before = shared().service.log.lines.length;
      request.destroy();
      await shared().service.log.waitFor(
        (line) => line.facts["aborted"] === true && shared().service.log.lines.indexOf(line) >= before,
      );
      gate.open();
      await person.called(CONFIG, "third");
      expect(person.asked(CONFIG)).toEqual(INSTANCES);
      expect(
        shared()
          .trace()
          .filter(({ event, user }) => event === "gave up" && user === person.name),
      ).toEqual([]);
    });

    it("carries an upload through whose body has arrived, although the client is gone", async () => {
      const gate = shared().gate();
      const person = shared().person(steps(SPAM, { second: { until: gate.path } }));
      const request = person.open({ "Content-Length": "100" });
      request.end(person.file(100));
      const mediaId = String((await person.called(SPAM, "second")).args?.[1]);
      const before = shared().service.log.lines.length;
      request.destroy();
      await shared().service.log.waitFor(
        (line) => line.facts["aborted"] === true && shared().service.log.lines.indexOf(line) >= before,
      );
      gate.open();
      await person.called("on_media_uploaded", "third");
      expect((await person.download(mediaId)).text).toBe(person.file(100).toString());
    });

    it("holds up no other request", async () => {
      const gate = shared().gate();
      const slow = shared().person(
        steps(ALLOWED, { first: { until: gate.path }, second: { until: gate.path }, third: { until: gate.path } }),
      );
      const upload = slow.upload();
      await slow.called(ALLOWED);
      expect((await shared().person().upload()).status).toBe(200);
      gate.open();
      expect((await upload).status).toBe(200);
    });
  });

  describe.each(["sync", "async", "deferred"] as const)("a callback whose answer is %s", (how) => {
    const answers: [KindName, unknown, number][] = [
      [CONFIG, { how }, 200],
      [ALLOWED, false, 413],
      ["get_media_upload_limits_for_user", [limit(1)], 403],
      [SPAM, true, 400],
    ];
    it.each(answers)("decides as %s", async (kind, answer, expected) => {
      for (const { instance } of placesOf(languages)) {
        const person = shared().person(steps(kind, { [instance]: { answer, how } }));
        const { status, body } = await (kind === CONFIG ? person.config() : person.upload());
        expect(status).toBe(expected);
        expect(body["how"]).toBe(kind === CONFIG ? how : undefined);
      }
    });
  });
}
