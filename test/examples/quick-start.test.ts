import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execa } from "execa";
import { readMediaId, runExample, startExample, type ExampleService } from "./example-service.ts";

let service: ExampleService;

beforeAll(async () => {
  service = await startExample("quick-start", { arguments: ["--try-out"] });
});
afterAll(() => service.stop());

test("Every curl line that --try-out prints works as printed", async () => {
  await service.printed("<media id>'\n");
  const lines = printedCommands(service.output());
  const [config, upload, refused, download] = lines;
  expect(lines).toHaveLength(4);
  expect(await runShell(config)).toBe('{"m.upload.size":2097152}');
  const stored = await runShell(upload);
  const mediaId = /^\{"content_uri":"mxc:\/\/example\.test\/([A-Za-z]{24})"\}$/.exec(stored)?.[1];
  expect(mediaId).toBeDefined();
  expect(JSON.parse(await runShell(refused))).toMatchObject({ errcode: "M_TOO_LARGE" });
  expect(await runShell(download?.replace("<media id>", mediaId ?? ""))).toBe("hello");
});

test("A paying user may upload what a free one may not, up to the ceiling of the TypeScript module", async () => {
  const body = Buffer.alloc(3_000_000);
  expect((await service.upload(body, "alice")).status).toBe(200);
  expect((await service.upload(body, "bob")).status).toBe(413);
  expect((await service.upload(Buffer.alloc(20_971_521), "alice")).status).toBe(413);
});

test("A program is refused by the second Python module", async () => {
  const response = await service.upload(Buffer.from("\u007fELF..."), "bob");
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ errcode: "M_UNKNOWN", error: "Bad content" });
});

test("A download comes back as it was uploaded", async () => {
  const mediaId = await readMediaId(await service.upload("some text", "bob"));
  const response = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, "a-guest");
  expect(await response.text()).toBe("some text");
});

test("The call that the README shows says which module refuses", async () => {
  const command = ["call", "is_user_allowed_to_upload_media_of_size", "@bob:example.test", "3000000"];
  const printed = await runExample("quick-start", command);
  expect(printed).toContain("plans.Plans (python): stop");
  expect(printed).toContain("413");
});

test("An orderly stop ends with status 0, and what was stored is there after the next start", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-restart-"));
  const first = await startExample("quick-start", { folder });
  const mediaId = await readMediaId(await first.upload("kept", "bob"));
  expect(await first.stop()).toBe(0);
  const second = await startExample("quick-start", { folder });
  const response = await second.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, "bob");
  expect(await response.text()).toBe("kept");
  expect(await second.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

test("The command that npm start runs names this example", () => {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(manifest).toContain("node dist/cli/main.js start --config examples/quick-start/media-bridge.yaml --try-out");
});

function printedCommands(output: string): string[] {
  return output.split("\n").filter((line) => /^ {2}[^# ]/.test(line));
}

async function runShell(command: string | undefined): Promise<string> {
  const { stdout } = await execa({ shell: "/bin/sh" })(command ?? "false");
  return stdout;
}
