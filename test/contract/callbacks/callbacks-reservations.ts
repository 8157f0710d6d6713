import { describe, expect, it } from "vitest";
import { INSTANCES, limit, steps, type Script } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";

/** What an upload under way holds of its user's limits. */
export function describeReservations(shared: Shared): void {
  describe("the quota of uploads under way", () => {
    it("counts as sent for another upload of the same user, and is counted once when it is stored", async () => {
      const gate = shared().gate();
      const person = shared().person(script(150, { until: gate.path }));
      const first = person.upload(100);
      await person.called(SPAM, "third");
      expect((await person.upload(51)).status).toBe(403);
      expect(person.calls("on_media_upload_limit_exceeded")[0]?.args?.slice(2)).toEqual([100, 51]);
      const second = person.upload(50);
      gate.open();
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
      expect((await person.upload(1)).status).toBe(403);
      expect(person.calls("on_media_upload_limit_exceeded").at(-1)?.args?.slice(2)).toEqual([150, 1]);
    });

    it("is taken so that uploads side by side never pass a limit together", async () => {
      const person = shared().person(script(3500));
      const answers = await Promise.all(Array.from({ length: 12 }, () => person.upload(1000)));
      expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(3);
      expect(answers.map(({ status }) => status).filter((status) => status === 403)).toHaveLength(9);
    });

    it("is given back by an upload that is refused, which leaves nothing behind", async () => {
      const person = shared().person(script(100, { answer: true }));
      const before = shared().service.files();
      for (let attempt = 0; attempt < 3; attempt += 1) expect((await person.upload(100)).status).toBe(400);
      expect(shared().service.files()).toEqual(before);
      person.script(script(100));
      expect((await person.upload(100)).status).toBe(200);
    });

    it("is given back by a client that goes away half way", async () => {
      const person = shared().person(script(100));
      const before = shared().service.files();
      const request = person.open({ "Content-Length": "100" });
      request.write("half");
      await person.called(LIMITS);
      request.destroy();
      await shared().service.log.waitFor(
        ({ facts }) => facts["aborted"] === true && String(facts["route"]).includes("upload"),
      );
      expect((await person.upload(100)).status).toBe(200);
      expect(Object.keys(shared().service.files())).toHaveLength(Object.keys(before).length + 1);
    });
  });

  describe("a file name that is not UTF-8", () => {
    it("is refused before the body, and leaves nothing", async () => {
      const person = shared().person();
      const before = shared().service.files();
      const { status, body } = await person.upload(100, "?filename=%ff%fe");
      expect([status, body["errcode"]]).toEqual([400, "M_UNKNOWN"]);
      expect(person.calls(SPAM)).toEqual([]);
      expect(shared().service.files()).toEqual(before);
    });
  });

  describe("one upload", () => {
    it("asks whether it is allowed, then for limits, then about the file, and tells of it at the end", async () => {
      const person = shared().person();
      const mediaId = await person.store(100);
      await person.called("on_media_uploaded", "third");
      const order = ["is_user_allowed_to_upload_media_of_size", LIMITS, SPAM, "on_media_uploaded"];
      expect(person.calls().map(({ callback, instance }) => `${callback} ${instance}`)).toEqual(
        order.flatMap((kind) => INSTANCES.map((instance) => `${kind} ${instance}`)),
      );
      expect(person.calls("on_media_uploaded").map(({ args }) => args)).toEqual(
        INSTANCES.map(() => [person.id, mediaId, 100]),
      );
    });
  });
}

function script(maxBytes: number, spam: object = {}): Script {
  return { ...steps(SPAM, { third: spam }), first: { [LIMITS]: { answer: [limit(maxBytes)] } } };
}
