import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { StubSynapse } from "../guard/support/stub-synapse.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../support/service.ts";

/** From which size on which maximum holds. */
type Limits = readonly (readonly [least: number, maximum: number])[];

let service: TestService;
let synapse: StubSynapse | undefined;
afterEach(async () => {
  await service.stop();
  await synapse?.stop();
  synapse = undefined;
});

const MODULES = {
  python: (limits: Limits) => ({ module: "by_size.BySize", config: { limits } }),
  typescript: (limits: Limits) => ({ typescript: join(FIXTURE_MODULES, "by-size.ts"), config: { limits } }),
};

async function start(mode: string, language: keyof typeof MODULES, limits: Limits): Promise<void> {
  if (mode === "guard") synapse = await StubSynapse.start();
  service = await startTestService({
    mediaBridge: {
      modules: [MODULES[language](limits)],
      ...(synapse && { upstream: { url: synapse.url } }),
    },
  });
}

/** Uploads without a length, and answers the status. */
async function uploadChunks(bytes: number, path = "/_matrix/media/v3/upload", method = "POST"): Promise<number> {
  const body = new ReadableStream({
    start(controller) {
      for (let left = bytes; left > 0; left -= 500) controller.enqueue(new Uint8Array(Math.min(left, 500)));
      controller.close();
    },
  });
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await service.request(path, { method, body, duplex: "half", headers, as: "alice" });
  return answer.status;
}

async function uploadSized(bytes: number): Promise<number> {
  const answer = await service.request("/_matrix/media/v3/upload", {
    method: "POST",
    body: new Uint8Array(bytes),
    as: "alice",
  });
  return answer.status;
}

describe.each(["repository", "guard"])("In %s mode, without a Content-Length", (mode) => {
  describe.each(["python", "typescript"] as const)("a limit that a module in %s tells by the size", (language) => {
    test("holds for the true size, as it does with one", async () => {
      await start(mode, language, [[1000, 1500]]);
      expect(await uploadSized(2000)).toBe(403);
      expect(await uploadChunks(2000)).toBe(403);
      expect(await uploadChunks(900)).toBe(200);
      expect(synapse?.uploads.map(({ body }) => body.length)).toEqual(synapse && [900]);
    });

    test("counts an upload once, and gives back what is refused", async () => {
      await start(mode, language, [
        [0, 5000],
        [1000, 3000],
      ]);
      expect(await uploadChunks(2000)).toBe(200);
      expect(await uploadChunks(1001)).toBe(403);
      expect(await uploadChunks(1000)).toBe(200);
      // Those below 1000 bytes have more, to the byte.
      expect(await uploadChunks(999)).toBe(200);
      expect(await uploadChunks(999)).toBe(200);
      expect(await uploadChunks(3)).toBe(403);
      expect(await uploadChunks(2)).toBe(200);
    });

    test("holds for an unknown size as well, where that is the stricter one", async () => {
      await start(mode, language, [
        [0, 500],
        [1000, 9000],
      ]);
      expect(await uploadSized(2000)).toBe(200);
      expect(await uploadChunks(2000)).toBe(403);
    });

    test("holds for an id that was created before", async () => {
      await start(mode, language, [[1000, 1500]]);
      const created = await service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
      const { content_uri: uri } = (await created.json()) as { content_uri: string };
      const path = `/_matrix/media/v3/upload/${uri.slice("mxc://".length)}`;
      expect(await uploadChunks(2000, path, "PUT")).toBe(403);
      expect(await uploadChunks(900, path, "PUT")).toBe(200);
    });
  });
});
