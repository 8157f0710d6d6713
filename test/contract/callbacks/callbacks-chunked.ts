import { describe, expect, it } from "vitest";
import { INSTANCES, limit, steps } from "../../callbacks/script.ts";
import { MAX_UPLOAD_BYTES } from "../../callbacks/scripted-service.ts";
import type { Shared } from "./callbacks.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const EXCEEDED = "on_media_upload_limit_exceeded";

/** Uploads without a Content-Length. */
export function describeChunked(shared: Shared): void {
  describe("an upload in chunks", () => {
    it("is stored, with its limits asked first and whether it is allowed asked with the true size", async () => {
      const person = shared().person();
      const { status, body } = await person.uploadChunks(["one,", "two,", "three"]);
      expect(status).toBe(200);
      expect((await person.download(String(body["content_uri"]).split("/").at(-1) ?? "")).text).toBe("one,two,three");
      const asked = person
        .calls()
        .map(({ callback }) => callback)
        .filter((kind) => kind !== "on_media_uploaded");
      expect(asked).toEqual([LIMITS, LIMITS, LIMITS, ALLOWED, ALLOWED, ALLOWED]);
      for (const { args } of person.calls(ALLOWED)) expect(args).toEqual([person.id, 13]);
    });

    it("stops at the first byte over a limit, with what was seen so far as attempted", async () => {
      const person = shared().person(steps(LIMITS, { second: { answer: [limit(250)] } }));
      await person.store(100);
      const before = shared().service.files();
      const { status, body } = await person.uploadChunks([Buffer.alloc(100), Buffer.alloc(51), Buffer.alloc(2000)]);
      expect([status, body["errcode"]]).toEqual([403, "M_USER_LIMIT_EXCEEDED"]);
      expect(person.asked(EXCEEDED)).toEqual(INSTANCES);
      const [sent, attempted] = person.calls(EXCEEDED)[0]?.args?.slice(2) ?? [];
      expect(sent).toBe(100);
      // How the pieces arrive is up to the network; what is certain is that the limit was met and nothing was added up
      // later.
      expect(attempted).toBeGreaterThan(150);
      expect(attempted).toBeLessThanOrEqual(2151);
      expect(person.asked(ALLOWED)).toEqual(INSTANCES);
      expect(shared().service.files()).toEqual(before);
      expect((await person.upload(150)).status).toBe(200);
    });

    it("stops over the service's own size, and no module is asked whether it is allowed", async () => {
      const person = shared().person(steps(LIMITS, { first: { answer: [] } }));
      const before = shared().service.files();
      const { status, body } = await person.uploadChunks([Buffer.alloc(MAX_UPLOAD_BYTES), Buffer.alloc(1)]);
      expect([status, body["errcode"]]).toEqual([413, "M_TOO_LARGE"]);
      expect(person.calls(ALLOWED)).toEqual([]);
      expect(shared().service.files()).toEqual(before);
    });

    it("is stored where it has exactly the service's own size", async () => {
      const person = shared().person(steps(LIMITS, { first: { answer: [] } }));
      expect((await person.uploadChunks([Buffer.alloc(MAX_UPLOAD_BYTES - 1), Buffer.alloc(1)])).status).toBe(200);
    });

    it("leaves nothing where it is denied by its true size", async () => {
      const person = shared().person(steps(ALLOWED, { third: { answer: false } }));
      const before = shared().service.files();
      expect((await person.uploadChunks(["one", "two"])).status).toBe(413);
      expect(person.calls("check_media_file_for_spam")).toEqual([]);
      expect(shared().service.files()).toEqual(before);
    });

    it("holds what it has so far against another upload of the user", async () => {
      const person = shared().person(steps(LIMITS, { first: { answer: [limit(150)] } }));
      const request = person.open({ "Transfer-Encoding": "chunked" });
      const answered = new Promise<number | undefined>(
        (resolve) => void request.once("response", (response) => resolve(response.resume().statusCode)),
      );
      request.write(Buffer.alloc(100));
      // An upload over the whole limit takes nothing itself, and is told what the other one holds.
      const held = async () => {
        await person.upload(151);
        return person.calls(EXCEEDED).at(-1)?.args?.[2];
      };
      await expect.poll(held, { interval: 5, timeout: 10_000 }).toBe(100);
      expect((await person.upload(51)).status).toBe(403);
      request.end();
      expect(await answered).toBe(200);
    });
  });
}
