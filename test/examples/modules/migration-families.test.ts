import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startTestService, type TestModule } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { testPython } from "../../support/python.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/migration/", import.meta.url));
const FOLDERS = ["upload-rules", "hash-list", "outside-scanner"];
const ALICE = "@alice:example.test";

/** The modules that the README configures, in Python. */
function readModules(): { readonly module: string; readonly config: unknown }[] {
  const text = readFileSync(`${EXAMPLE}README.md`, "utf8");
  const [, yaml = ""] = /```yaml\n(modules:[^]*?)```/.exec(text) ?? [];
  return (parse(yaml) as { modules: { module: string; config: unknown }[] }).modules;
}

async function askAll(modules: readonly TestModule[]): Promise<unknown[]> {
  const python = { executable: testPython(), path: FOLDERS.map((folder) => EXAMPLE + folder) };
  await using service = await startTestService({ modules, mediaBridge: { python } });
  service.homeserver.addUser("@bob:example.test");
  service.homeserver.addUser("@admin:example.test", { admin: true });
  const answers: unknown[] = [];
  for (const user of [ALICE, "@bob:example.test", "@admin:example.test"]) {
    answers.push(await (await service.request(user, "/_matrix/client/v1/media/config")).json());
    for (const content of ["", "a file"]) {
      const { status, body } = await service.upload(user, content);
      answers.push({ status, body });
    }
  }
  return answers;
}

test("The configurations of the README hold for the modules of either language", async () => {
  const modules = readModules();
  expect(modules).toHaveLength(FOLDERS.length);
  const inPython = await askAll(modules);
  const inTypeScript = await askAll(
    modules.map(({ config }, index) => ({
      typescript: `${EXAMPLE}${FOLDERS[index]}/${FOLDERS[index]}.ts`,
      config,
    })),
  );
  expect(inTypeScript).toEqual(inPython);
  const refused = {
    status: 403,
    body: { errcode: "M_FORBIDDEN", error: "This file is not accepted here: the file is empty" },
  };
  // The scanner of the README is not there.
  const notScanned = { status: 503, body: expect.objectContaining({ retry_after_ms: 30_000 }) as object };
  const sizes = ["500M", "20M", "50M"].map((size) => ({ "m.upload.size": Number.parseInt(size, 10) * 1024 * 1024 }));
  const help = { "org.example.help": "https://example.test/uploads" };
  expect(inPython).toEqual([
    { ...sizes[0], ...help },
    refused,
    notScanned,
    { ...sizes[1], ...help },
    refused,
    notScanned,
    sizes[2],
    refused,
    notScanned,
  ]);
});
