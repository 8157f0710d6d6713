import { loadModule, startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const MODULE = new URL("pictures-only.ts", import.meta.url);
const CONFIG = { formats: ["png", "gif"], max_bytes: 1000 };
const ALICE = "@alice:example.test";
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d]);

test("A picture of a listed format is let in, and any other file is refused", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  expect(await module.call("checkMediaFileForSpam", PNG)).toBe("NOT_SPAM");
  expect(await module.call("checkMediaFileForSpam", "GIF89a")).toBe("NOT_SPAM");
  await expect(module.call("checkMediaFileForSpam", "a text")).rejects.toThrow("Only pictures can be shared here");
});

test("Clients are told of the size and the formats", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  expect(await module.call("getMediaConfigForUser", ALICE)).toEqual({
    "m.upload.size": 1000,
    "org.example.formats": ["png", "gif"],
  });
});

test("A format that the module does not know ends the start", async () => {
  await expect(loadModule(MODULE, { ...CONFIG, formats: ["bmp"] })).rejects.toThrow("config.formats[0]");
});

test("The refusal reaches the client with its fields", async () => {
  await using service = await startTestService({ modules: [{ typescript: MODULE, config: CONFIG }] });
  expect((await service.upload(ALICE, PNG)).status).toBe(200);
  expect((await service.upload(ALICE, "a text")).body).toEqual({
    errcode: "M_FORBIDDEN",
    error: "Only pictures can be shared here",
    "org.example.formats": ["png", "gif"],
  });
});
