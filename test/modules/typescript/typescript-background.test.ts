import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { FIXTURE_MODULES, startTestService } from "../../support/service.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const ENDS = ["heard of the end", "shut down first"];

function moduleOf(folder: string, tag?: string) {
  const config = { folder, hold: join(folder, "hold"), ...(tag !== undefined && { tag }) };
  return { typescript: join(FIXTURE_MODULES, "background.ts"), config };
}

/** A folder for the command line, in which the fixture waits for the file `hold`. */
function createFolder(): { folder: CliFolder; holds: string } {
  const holds = createTemporaryFolder();
  mkdirSync(holds, { recursive: true });
  return { folder: new CliFolder({ config: { modules: [moduleOf(holds)] } }), holds };
}

/** What the fixture did, in order. */
function readDone(service: CliService): string[] {
  return service
    .log()
    .split("\n")
    .flatMap((line) => {
      const { did } = JSON.parse(line) as { did?: string };
      return did === undefined ? [] : [did];
    });
}

describe.concurrent("background work of a TypeScript module", () => {
  test("runs from the start on; at SIGTERM requests end first, then tasks are aborted, then shutdown callbacks run with a database", async () => {
    const { folder, holds } = createFolder();
    const service = await folder.start();
    await Promise.all(["loop", "delayed", "listening"].map((did) => service.logged(`"did":"${did}"`)));
    await service.logged("out of order", '"task":"fails"', '"module":"background"');
    writeFileSync(join(holds, "hold"), "");
    const asked = service.request(CONFIG);
    await service.logged('"did":"asked"');
    service.kill("SIGTERM");
    await service.logged('"msg":"stopping"');
    rmSync(join(holds, "hold"));
    expect(await (await asked).json()).toEqual({ runs: true });
    expect((await service.ended).status).toBe(0);
    const done = readDone(service);
    const end = done.filter((did) => !did.startsWith("loop"));
    expect(end.slice(-4).toSorted()).toEqual(["answered", ...ENDS, "wrote at the end, 1 in all"].toSorted());
    expect(end.indexOf("answered")).toBe(end.length - 4);
    expect(end.indexOf("shut down first")).toBeLessThan(end.indexOf("wrote at the end, 1 in all"));
    // A nap that the end cuts short has not failed.
    expect(service.log()).not.toContain('"task":"nap"');
  });

  test("Background work of a replaced module ends after its last request, with its database, and that of the new one continues", async () => {
    const { folder, holds } = createFolder();
    const service = await folder.start();
    writeFileSync(join(holds, "hold"), "");
    const asked = service.request(CONFIG);
    await service.logged('"did":"asked"');
    folder.write("media-bridge.yaml", JSON.stringify(replaceModule(folder, holds)));
    expect((await folder.end(["reload"])).status).toBe(0);
    await service.logged('"did":"loop of the new one"');
    expect(readDone(service)).not.toContain("shut down first");
    rmSync(join(holds, "hold"));
    expect((await asked).status).toBe(200);
    await service.logged('"did":"wrote at the end, 1 in all"');
    await service.logged("the modules that the reload replaced have ended");
    const done = readDone(service);
    expect(done.indexOf("answered")).toBeLessThan(done.indexOf("shut down first"));
    service.kill("SIGTERM");
    expect((await service.ended).status).toBe(0);
    expect(readDone(service)).toContain("wrote at the end, 2 in all of the new one");
    expect(readDone(service).filter((did) => did.startsWith("shut down first"))).toHaveLength(2);
  });

  test("does not start in check and call, and what they write to the database is taken back", async () => {
    const { folder } = createFolder();
    for (const args of [["check"], ["call", "get_media_config_for_user", "@alice:example.test"]]) {
      const { status, stdout, stderr } = await folder.end(args);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).not.toContain("loop");
    }
    expect(folder.files().filter((name) => name.startsWith("data"))).toEqual([]);
    const service = await folder.start();
    service.kill("SIGTERM");
    await service.ended;
    // Now there is a database: a further check writes into its table, and takes it back.
    expect((await folder.end(["check"])).status).toBe(0);
    const again = await folder.start();
    again.kill("SIGTERM");
    await again.ended;
    expect(readDone(again).at(-1)).toBe("wrote at the end, 2 in all");
  });
});

test("Where background tasks are off, only a loop for all instances runs", async () => {
  const folder = createTemporaryFolder();
  const service = await startTestService({
    config: { modules: [moduleOf(folder)] },
    mediaBridge: { run_background_tasks: false },
  });
  await service.log.waitFor(({ facts }) => facts["did"] === "loop everywhere");
  const seen = service.log.lines.length;
  await service.log.waitFor((line) => line.facts["did"] === "loop everywhere" && service.log.lines.length > seen + 2);
  expect(await (await service.request(CONFIG, { as: "alice" })).json()).toEqual({ runs: false });
  await service.stop();
  const done = service.log.lines.map(({ facts }) => facts["did"]);
  expect(done).not.toContain("loop");
  expect(done).toEqual(expect.arrayContaining(["delayed", "listening", ...ENDS]));
});

function replaceModule(folder: CliFolder, holds: string): object {
  return { ...folder.readConfig(), modules: [moduleOf(holds, " of the new one")] };
}
