import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FIXTURE_MODULES, startTestService } from "../../support/service.ts";
import { INSTANCES, type Language, steps } from "../script.ts";
import { ScriptedService, type ScriptedOptions } from "../scripted-service.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";
const REPORT = { enforce: "report" };

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-report-places-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(languages: readonly Language[], options: ScriptedOptions): Promise<ScriptedService> {
  const scripted = await ScriptedService.start(languages, options);
  onTestFinished(() => scripted.stop());
  return scripted;
}

/** The callbacks that would have refused uploads of a user, and the code of each. */
function wouldRefuse({ service }: ScriptedService, user: string): unknown[] {
  return service.log.lines
    .filter(({ message, facts }) => message.startsWith("would refuse: ") && facts["user"] === user)
    .map(({ facts }) => [facts["callback"], facts["code"]]);
}

test("A killed Python child whose modules are report only refuses no upload, during it and after, and the enforced module decides", async () => {
  const hold = join(createFolder(), "hold");
  const scripted = await start(["python", "typescript", "python"], {
    moduleEntry: { first: REPORT, third: REPORT },
    moduleConfig: { first: { hold }, third: { hold } },
  });
  onTestFinished(() => rmSync(hold, { force: true }));
  const person = scripted.person(steps(ALLOWED, { third: { never: true } }));
  const stuck = person.upload();
  const { pid = 0 } = await person.called(ALLOWED, "third");
  writeFileSync(hold, "");
  process.kill(pid, "SIGKILL");
  expect((await stuck).status).toBe(200);
  expect(wouldRefuse(scripted, person.id)[0]).toEqual([ALLOWED, "MODULE_UNAVAILABLE"]);

  const next = scripted.person();
  expect((await next.upload()).status).toBe(200);
  expect(next.asked(ALLOWED)).toEqual(["second"]);
  // Both of its modules, in each of the three chains.
  const twice = [ALLOWED, LIMITS, SPAM].flatMap((kind) => [kind, kind]);
  expect(wouldRefuse(scripted, next.id)).toEqual(twice.map((kind) => [kind, "MODULE_UNAVAILABLE"]));
  next.script(steps(ALLOWED, { second: { answer: false } }));
  expect((await next.upload()).status).toBe(413);

  rmSync(hold);
  await expect
    .poll(async () => (await fetch(`${scripted.service.url}/health`)).status, { interval: 10, timeout: 15_000 })
    .toBe(200);
  const last = scripted.person();
  expect((await last.upload()).status).toBe(200);
  expect(last.asked(ALLOWED)).toEqual([...INSTANCES]);
});

test("A reload that begins to enforce a module keeps the place of a callback that it registers late, and enforces it, and back", async () => {
  const late = join(createFolder(), "late");
  const scripted = await start(["typescript"], { moduleEntry: { first: REPORT }, moduleConfig: { first: { late } } });
  writeFileSync(late, "");
  await scripted.traced(({ event }) => event === "registered");
  const person = scripted.person(steps(ALLOWED, { first: { answer: false } }));
  expect((await person.upload()).status).toBe(200);
  expect(wouldRefuse(scripted, person.id)).toEqual([[ALLOWED, "UPLOAD_TOO_LARGE"]]);

  rmSync(late);
  const entry = (enforce: string) => {
    const folder = scripted.service.folder;
    const config = { instance: "first", table: join(folder, "table.json"), trace: join(folder, "trace.jsonl"), late };
    return [{ typescript: join(FIXTURE_MODULES, "scripted.ts"), config, enforce }];
  };
  await scripted.service.reload([], { modules: entry("enforce") });
  expect((await person.upload()).status).toBe(503);
  await scripted.service.reload([], { modules: entry("report") });
  const other = scripted.person();
  expect((await other.upload()).status).toBe(200);
  expect(wouldRefuse(scripted, other.id)).toContainEqual([ALLOWED, "MODULE_UNAVAILABLE"]);
});

test("Media that a module makes beyond a limit that is not enforced is stored, and logged", async () => {
  const service = await startTestService({
    config: {
      modules: [{ module: "content_maker.ContentMaker" }],
      media_upload_limits: [{ time_period: "1h", max_size: 40 }],
    },
    mediaBridge: REPORT,
  });
  onTestFinished(() => service.stop());
  for (let time = 1; time <= 3; time += 1) {
    await service.request("/_matrix/client/v1/media/config", { as: "alice" });
    expect(Object.keys(service.files())).toHaveLength(time);
  }
  const lines = service.log.lines.filter(({ message }) => message.startsWith("would refuse: "));
  expect(lines.map(({ facts }) => facts)).toMatchObject([
    { user: "@alice:example.test", setting: "media_upload_limits", limit: { maxBytes: 40, sentBytes: 32 } },
  ]);
});

test("A callback that is asked twice for one upload is reported once: for the limits of a body in chunks", async () => {
  const service = await startTestService({
    config: { modules: [{ typescript: join(FIXTURE_MODULES, "allowance.ts"), ...REPORT }] },
  });
  onTestFinished(() => service.stop());
  const init = { method: "POST", body: new Blob(["in chunks"]).stream(), duplex: "half", as: "admin" } as const;
  expect((await service.request("/_matrix/media/v3/upload", init)).status).toBe(200);
  const failures = service.log.lines.filter(({ message }) => message.includes(`${LIMITS} of allowance`));
  expect(failures).toHaveLength(2);
  const reported = service.log.lines.filter(({ message }) => message.startsWith("would refuse: "));
  expect(reported.map(({ facts }) => facts["code"])).toEqual(["MODULE_FAILED"]);
});
