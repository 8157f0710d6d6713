import { describe, expect, test } from "vitest";
import { localPath } from "../support/providers.ts";
import { errorsOf, scriptProvider, startProviderService } from "./provider-service.ts";

const IN_BACKGROUND = { store_synchronous: false };
const UPLOAD = "/_matrix/media/v3/upload";

describe("a synchronous provider", () => {
  test.each([["works"], ["plainly"], ["deferred"]])(
    "whose store_file %s has the file before the upload is answered",
    async (store) => {
      const provider = scriptProvider();
      const service = await startProviderService([provider.entry()]);
      provider.behave({ store });
      const mediaId = await service.upload("kept twice");
      expect(provider.kept(mediaId)?.toString()).toBe("kept twice");
      expect(provider.calls()).toEqual([
        { call: "store", path: localPath(mediaId), server_name: null, file_id: mediaId, thumbnail: null },
      ]);
    },
  );

  test.each([
    ["raises", 500, { errcode: "M_UNKNOWN", error: "Internal server error" }],
    ["raises_plainly", 500, { errcode: "M_UNKNOWN", error: "Internal server error" }],
    ["refuses", 507, { errcode: "M_RESOURCE_LIMIT_EXCEEDED", error: "No room in the bucket" }],
  ])(
    "A synchronous provider whose store_file %s refuses the upload, of which nothing is kept",
    async (store, status, body) => {
      const provider = scriptProvider();
      const limits = [{ time_period: "1h", max_size: 10 }];
      const service = await startProviderService([provider.entry()], { config: { media_upload_limits: limits } });
      provider.behave({ store });
      const answer = await service.request(UPLOAD, { method: "POST", body: "ten bytes!", as: "alice" });
      expect([answer.status, await answer.json()]).toEqual([status, body]);
      expect(service.files()).toEqual({});
      const mediaId = provider.calls()[0]?.file_id ?? "";
      expect((await service.download(mediaId)).status).toBe(404);
      provider.behave({});
      // The quota was given back: it has room for this one alone.
      await service.upload("ten bytes!");
    },
  );

  test("An upload to a synchronous provider that hangs is answered 503 after the deadline, and nothing is kept", async () => {
    const provider = scriptProvider();
    const mediaBridge = { storage_providers: { store_deadline: 500 } };
    const service = await startProviderService([provider.entry()], { mediaBridge });
    provider.behave({ store: "hangs" });
    const answer = await service.request(UPLOAD, { method: "POST", body: "hello", as: "alice" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(service.files()).toEqual({});
    expect(errorsOf(service).join()).toMatch(/DeadlineExceeded: store_file of scripted_provider\.Scripted is past/);
  });

  test("An upload whose synchronous provider ends the Python child is answered 503, and nothing is kept", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry()]);
    provider.behave({ store: "dies" });
    const answer = await service.request(UPLOAD, { method: "POST", body: "hello", as: "alice" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(service.files()).toEqual({});
    provider.behave({});
    await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
    const mediaId = await service.upload("hello again");
    expect(provider.kept(mediaId)?.toString()).toBe("hello again");
  });

  test("is not given what the spam check refuses", async () => {
    const provider = scriptProvider();
    const modules = [{ module: "refusing_checker.RefusesAll" }];
    const service = await startProviderService([provider.entry()], { config: { modules } });
    const answer = await service.request(UPLOAD, { method: "POST", body: "hello", as: "alice" });
    expect(answer.status).toBe(400);
    expect(provider.calls()).toEqual([]);
  });

  test("Synchronous providers are asked in order, and one that fails keeps the next from being asked", async () => {
    const [first, second] = [scriptProvider(), scriptProvider("Other")];
    const service = await startProviderService([first.entry(), second.entry()]);
    first.behave({ store: "raises" });
    expect((await service.request(UPLOAD, { method: "POST", body: "hello", as: "alice" })).status).toBe(500);
    expect([first.calls().length, second.calls().length]).toEqual([1, 0]);
    first.behave({});
    const mediaId = await service.upload("hello");
    expect([first.kept(mediaId)?.length, second.kept(mediaId)?.length]).toEqual([5, 5]);
  });
});

describe("a provider in the background", () => {
  test.each([["works"], ["plainly"], ["deferred"], ["forgotten"]])(
    "whose store_file %s gets the file after the answer",
    async (store) => {
      const provider = scriptProvider();
      const service = await startProviderService([provider.entry(IN_BACKGROUND)]);
      provider.behave({ store });
      const mediaId = await service.upload("kept twice");
      expect((await provider.hasStored(mediaId)).toString()).toBe("kept twice");
    },
  );

  test("gets every one of many files, once each", async () => {
    const provider = scriptProvider();
    const service = await startProviderService([provider.entry(IN_BACKGROUND)]);
    const bodies = Array.from({ length: 60 }, (_, index) => `file ${index}`);
    const mediaIds = await Promise.all(bodies.map((body) => service.upload(body)));
    const kept = await Promise.all(mediaIds.map(async (mediaId) => (await provider.hasStored(mediaId)).toString()));
    expect(kept).toEqual(bodies);
    expect(provider.calls("store")).toHaveLength(60);
  });
});

// They wait for the pauses between attempts: beside each other.
describe("a provider in the background that fails", () => {
  test.concurrent("A background provider that fails does not fail the upload, and gets the file once it works again", async (context) => {
    const provider = scriptProvider("Scripted", context);
    const service = await startProviderService([provider.entry(IN_BACKGROUND)], {}, context);
    provider.behave({ store: "raises" });
    const mediaId = await service.upload("kept twice");
    await provider.called("store", 2);
    provider.behave({});
    expect((await provider.hasStored(mediaId)).toString()).toBe("kept twice");
    const errors = errorsOf(service);
    expect(errors[0]).toContain("the storage provider scripted_provider.Scripted could not store a file");
    expect(errors[0]).toContain("RuntimeError: the bucket is on fire");
  });

  test.concurrent("A copy whose source is gone logs one error for each attempt while the provider that has the file fails", async (context) => {
    const [first, second] = [scriptProvider("Scripted", context), scriptProvider("Other", context)];
    const service = await startProviderService([first.entry(), second.entry(IN_BACKGROUND)], {}, context);
    second.behave({ store: "raises", fetch: "absent" });
    first.behave({ fetch: "raises" });
    const mediaId = await service.upload("kept twice");
    await second.called("store", 1);
    service.remove(mediaId);
    await first.called("fetch", 2);
    first.behave({});
    second.behave({});
    await second.hasStored(mediaId);
    const errors = errorsOf(service).map((error) => error.split(":")[0]);
    expect(errors).toEqual([
      ...second
        .calls("store")
        .slice(1)
        .map(() => "the storage provider scripted_provider.Other could not store a file"),
      ...Array.from(
        { length: errors.length - second.calls("store").length + 1 },
        () => "the storage provider scripted_provider.Scripted could not fetch a file",
      ),
    ]);
    const waiting = service.log.lines.filter(({ message }) => message.includes("cannot be read"));
    expect(waiting.map(({ level }) => level)).toEqual(waiting.map(() => "warn"));
    expect(waiting.length).toBeGreaterThan(0);
  });

  test.concurrent("The next Python child asks a background provider again that ended the child before it", async (context) => {
    const provider = scriptProvider("Scripted", context);
    const service = await startProviderService([provider.entry(IN_BACKGROUND)], {}, context);
    provider.behave({ store: "dies" });
    const mediaId = await service.upload("kept twice");
    await service.log.waitFor(({ message }) => message === "the child is down");
    provider.behave({});
    expect((await provider.hasStored(mediaId)).toString()).toBe("kept twice");
  });

  test.concurrent("A background provider that hangs does not keep another one waiting", async (context) => {
    const [hanging, quick] = [scriptProvider("Scripted", context), scriptProvider("Other", context)];
    const service = await startProviderService([hanging.entry(IN_BACKGROUND), quick.entry(IN_BACKGROUND)], {}, context);
    hanging.behave({ store: "hangs" });
    const mediaIds = await Promise.all(["a", "b", "c", "d", "e", "f"].map((body) => service.upload(body)));
    for (const mediaId of mediaIds) await quick.hasStored(mediaId);
    expect(hanging.calls("store").length).toBeLessThanOrEqual(4);
  });

  test.concurrent("still gets a file that is gone from disk by then, if another provider has it", async (context) => {
    const [first, second] = [scriptProvider("Scripted", context), scriptProvider("Other", context)];
    const service = await startProviderService([first.entry(), second.entry(IN_BACKGROUND)], {}, context);
    second.behave({ store: "raises" });
    const mediaId = await service.upload("kept twice");
    await second.called("store", 1);
    service.remove(mediaId);
    second.behave({});
    expect((await second.hasStored(mediaId)).toString()).toBe("kept twice");
  });

  test.concurrent.for([
    ["raises", "error", "could not store a file"],
    ["raises_plainly", "error", "could not store a file"],
    ["refuses", "warn", "refused to store a file"],
  ] as const)(
    "The log has one line for each attempt of a background provider whose store_file %s",
    async ([store, level, said], context) => {
      const provider = scriptProvider("Scripted", context);
      const service = await startProviderService([provider.entry(IN_BACKGROUND)], {}, context);
      provider.behave({ store });
      const mediaId = await service.upload("kept twice");
      await provider.called("store", 3);
      provider.behave({});
      await provider.hasStored(mediaId);
      const told = service.log.lines.filter((line) => line.level === "error" || line.level === "warn");
      // The last attempt may have gone well already; every other one is told of.
      expect(told.map(({ facts }) => facts["attempts"])).toEqual(told.map((_, index) => index + 1));
      expect(told.length).toBe(provider.calls("store").length - 1);
      for (const line of told) {
        expect([line.level, line.message]).toEqual([level, `the storage provider ${provider.name} ${said}`]);
        expect(line.facts).toMatchObject({ provider: provider.name, path: localPath(mediaId) });
      }
      expect(told.map(({ facts }) => "traceback" in facts)).toEqual(told.map(() => level === "error"));
    },
  );
});

test.each([
  ["without store_local", { store_local: false }],
  ["without any key", { store_local: undefined, store_synchronous: undefined }],
])("A provider %s is given nothing, and asked for files all the same", async (_name, keys) => {
  const [silent, keeper] = [scriptProvider(), scriptProvider("Other")];
  const service = await startProviderService([silent.entry(keys), keeper.entry()]);
  const mediaId = await service.upload("hello");
  service.remove(mediaId);
  expect(await (await service.download(mediaId)).text()).toBe("hello");
  expect(silent.calls().map(({ call }) => call)).toEqual(["fetch"]);
});
test("An id that was created first has its file in the providers, too", async () => {
  const [now, later] = [scriptProvider(), scriptProvider("Other")];
  const service = await startProviderService([now.entry(), later.entry(IN_BACKGROUND)]);
  const created = await service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  const { content_uri: uri } = (await created.json()) as { content_uri: string };
  const mediaId = uri.split("/").at(-1) ?? "";
  const path = `/_matrix/media/v3/upload/example.test/${mediaId}`;
  expect((await service.request(path, { method: "PUT", body: "in two steps", as: "alice" })).status).toBe(200);
  expect(now.kept(mediaId)?.toString()).toBe("in two steps");
  expect((await later.hasStored(mediaId)).toString()).toBe("in two steps");
});
