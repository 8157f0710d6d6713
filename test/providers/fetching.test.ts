import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { localPath } from "../support/providers.ts";
import { errorsOf, scriptProvider, startProviderService } from "./provider-service.ts";

const BODY = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

describe("a file that is gone from disk", () => {
  test.each([["works"], ["plainly"], ["deferred"], ["plain_push"]])(
    "comes back from a provider whose fetch %s, and is on disk again",
    async (fetch) => {
      const provider = scriptProvider();
      const service = await startProviderService([provider.entry()]);
      const mediaId = await service.upload(BODY);
      service.remove(mediaId);
      provider.behave({ fetch });
      const answer = await service.download(mediaId);
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
      expect(service.files()).toEqual({ [localPath(mediaId)]: BODY.length });
      expect((await service.download(mediaId)).status).toBe(200);
      expect(provider.calls("fetch")).toEqual([
        expect.objectContaining({ path: localPath(mediaId), server_name: null, file_id: mediaId }),
      ]);
      expect(errorsOf(service)).toEqual([]);
    },
  );

  test("costs a reader nothing while it is there: no provider is asked", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry()]);
    const mediaId = await service.upload(BODY);
    expect((await service.download(mediaId)).status).toBe(200);
    expect(provider.calls("fetch")).toEqual([]);
  });

  test("is fetched once for all readers who ask meanwhile", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry()]);
    const mediaId = await service.upload(BODY);
    service.remove(mediaId);
    provider.behave({ fetch: "gated" });
    const readers = Array.from({ length: 8 }, () => service.download(mediaId));
    await provider.called("fetch", 1);
    provider.open();
    const answers = await Promise.all(readers);
    for (const answer of answers) expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
    expect(provider.calls("fetch")).toHaveLength(1);
  });

  test("an empty one comes back as well", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry()]);
    const mediaId = await service.upload("");
    service.remove(mediaId);
    const answer = await service.download(mediaId);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(service.files()).toEqual({ [localPath(mediaId)]: 0 });
  });

  test("comes back by every route that serves it, ranges included", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry()], { config: { enable_authenticated_media: false } });
    const mediaId = await service.upload(BODY);
    service.remove(mediaId);
    const path = `/_matrix/media/v3/download/example.test/${mediaId}`;
    const answer = await service.request(path, { headers: { Range: "bytes=10-19" } });
    expect(answer.status).toBe(206);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BODY.subarray(10, 20));
  });
});

const FAULTS: [fetch: string, said: RegExp][] = [
  ["raises", /RuntimeError: the bucket is on fire/],
  ["fails", /RuntimeError: the bucket is on fire/],
  ["nonsense", /fetch\(\) answered with a str, which is not a Responder/],
  ["short", /WrongBody: 99999 bytes, where 100000 were stored/],
  ["long", /WrongBody: more than the 100000 bytes that were stored/],
  ["endless", /WrongBody: more than the 100000 bytes that were stored/],
  ["wrong", /WrongBody: 100000 bytes of SHA-256 [0-9a-f]{64}, where [0-9a-f]{64} were stored/],
  ["breaks_off", /ConnectionResetError: the bucket hung up/],
  ["hangs", /DeadlineExceeded: fetch of scripted_provider\.Scripted is past its deadline of 0\.5 s/],
  ["stalls", /DeadlineExceeded: fetch of scripted_provider\.Scripted is past its deadline of 0\.5 s/],
];

/** Hanging takes its deadline; the others must not meet it, however busy the machine. */
function deadlineFor(fetch: string): Record<string, unknown> {
  return { storage_providers: { fetch_deadline: ["hangs", "stalls"].includes(fetch) ? 500 : "60s" } };
}

describe.each(FAULTS)("a provider whose fetch %s", (fetch, said) => {
  test("is named in the log, and the next one is asked", async () => {
    const [bad, good] = [scriptProvider(), scriptProvider("Other")];
    const service = await startProviderService([bad.entry(), good.entry()], { mediaBridge: deadlineFor(fetch) });
    const mediaId = await service.upload(BODY);
    service.remove(mediaId);
    bad.behave({ fetch });
    const answer = await service.download(mediaId);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
    const errors = errorsOf(service);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("the storage provider scripted_provider.Scripted could not fetch a file");
    expect(errors[0]).toMatch(said);
    expect(service.files()).toEqual({ [localPath(mediaId)]: BODY.length });
    expect(halfFiles(service.folder)).toEqual([]);
  });

  test("alone leaves no half file, and the answer is 503 with Retry-After", async () => {
    const bad = scriptProvider();
    const service = await startProviderService([bad.entry()], { mediaBridge: deadlineFor(fetch) });
    const mediaId = await service.upload(BODY);
    service.remove(mediaId);
    bad.behave({ fetch });
    const answer = await service.download(mediaId);
    expect([answer.status, answer.headers.get("retry-after"), await answer.json()]).toEqual([
      503,
      "5",
      { errcode: "M_UNKNOWN", error: "The file cannot be fetched from where it is kept, try again later" },
    ]);
    expect(service.files()).toEqual({});
    expect(halfFiles(service.folder)).toEqual([]);
    bad.behave({});
    expect((await service.download(mediaId)).status).toBe(200);
  });
});

test("A responder that stalls is told to stop, and closed", async () => {
  const provider = scriptProvider();
  const service = await startProviderService([provider.entry()], { mediaBridge: deadlineFor("stalls") });
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  provider.behave({ fetch: "stalls" });
  expect((await service.download(mediaId)).status).toBe(503);
  expect(provider.read("stalls.log").split("\n").filter(Boolean).toSorted()).toEqual(["closed", "stopped"]);
});

test("Where no provider has the file the answer is 404, and nothing is an error", async () => {
  const providers = [scriptProvider(), scriptProvider("Other")];
  const service = await startProviderService(providers.map((provider) => provider.entry()));
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  for (const provider of providers) provider.behave({ fetch: "absent" });
  expect((await service.download(mediaId)).status).toBe(404);
  expect(providers.map((provider) => provider.calls("fetch").length)).toEqual([1, 1]);
  expect(errorsOf(service)).toEqual([]);
});

test.each([
  ["fails before one that does not have the file", "raises", "absent"],
  ["fails after one that does not have the file", "absent", "raises"],
  ["refuses beside one that does not have the file", "refuses", "absent"],
])("The answer is 503 where a provider %s", async (_title, first, second) => {
  const providers = [scriptProvider(), scriptProvider("Other")];
  const service = await startProviderService(providers.map((provider) => provider.entry()));
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  for (const [position, fetch] of [first, second].entries()) providers[position]?.behave({ fetch });
  const answer = await service.download(mediaId);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(providers.map((provider) => provider.calls("fetch").length)).toEqual([1, 1]);
});

test("A provider that raises a SynapseError of status 404 says that it does not have the file", async () => {
  const provider = scriptProvider();
  const service = await startProviderService([provider.entry()]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  provider.behave({ fetch: "not_found" });
  expect((await service.download(mediaId)).status).toBe(404);
  expect(errorsOf(service)).toEqual([]);
});

test("The folder of file_system that cannot be read is answered 503, and one without the file 404", async () => {
  const directory = join(scriptProvider().folder, "backup");
  const service = await startProviderService([
    { module: "file_system", store_local: true, store_synchronous: true, config: { directory } },
  ]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  const aside = `${directory}-aside`;
  renameSync(directory, aside);
  expect((await service.download(mediaId)).status).toBe(503);
  // A link that leads to itself: the disk fails, whatever the user's rights are.
  symlinkSync(directory, directory);
  expect((await service.download(mediaId)).status).toBe(503);
  rmSync(directory);
  mkdirSync(directory);
  expect((await service.download(mediaId)).status).toBe(404);
  rmSync(directory, { recursive: true });
  renameSync(aside, directory);
  expect((await service.download(mediaId)).status).toBe(200);
});

test("A spool that cannot be written is answered 500, and no provider is blamed", async () => {
  const provider = scriptProvider();
  const service = await startProviderService([provider.entry()]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  provider.behave({ fetch: "spoils_spool" });
  const answer = await service.download(mediaId);
  expect(answer.status).toBe(500);
  expect(errorsOf(service).join("\n")).not.toContain("could not fetch a file");
  expect(existsSync(join(service.folder, "media", localPath(mediaId)))).toBe(false);
});

/** Files of fetches; the temporary names of uploads stay for a moment, flushed or not. */
function halfFiles(folder: string): string[] {
  return readdirSync(join(folder, "data/uploads")).filter((name) => !name.startsWith("upload-"));
}
