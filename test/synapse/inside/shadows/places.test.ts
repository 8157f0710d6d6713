import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startProcess, type StartedProcess } from "../../../support/process.ts";
import { CALLBACKS, INSIDE_MODULES, InsideSynapse, typescript } from "../../support/inside-synapse.ts";
import { CONFIG, countThreads, PYTHON, readParity, TYPESCRIPT } from "./shadowed-synapse.ts";

const RULES = `${INSIDE_MODULES}/rules.ts`;
const [NODE = "", CLI = "", ...ARGS] = CALLBACKS;

let folder: string;
const started: { stop(): Promise<void> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-places-"));
});
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(modules: (calls: string) => readonly object[]): Promise<InsideSynapse> {
  const synapse = await InsideSynapse.start(modules);
  started.push(synapse);
  return synapse;
}

const recorder = (calls: string, name: string) => ({ module: "recorder.Recorder", config: { calls, name } });
const more = { command: CALLBACKS };
const spammers = (name: string) => ({ typescript: RULES, config: { calls: "/dev/null", name } });

describe("Python modules in an entry of TypeScript modules", () => {
  test("are asked at their places, with a shadow and without", { timeout: 60_000 }, async () => {
    const data_path = join(folder, "data");
    const synapse = await start((calls) => [
      recorder(calls, "first"),
      typescript(
        [
          { ...recorder(calls, "second"), shadow: spammers("shadow") },
          { typescript: RULES, config: { calls, name: "third" } },
          recorder(calls, "fourth"),
        ],
        { ...more, data_path },
      ),
      recorder(calls, "last"),
    ]);
    const alice = await synapse.register("alice");
    synapse.takeCalls();
    expect((await synapse.upload(alice, "hello, all")).status).toBe(200);
    const asked = synapse.takeCalls();
    for (const callback of ["allowed", "spam"]) {
      const names = asked.filter(([, called]) => called === callback).map(([name]) => name);
      expect(names).toEqual(["first", "second", "third", "fourth", "last"]);
    }
    await synapse.logged(/the candidate registers .*get_media_upload_limits_for_user.*does not register/);
  });

  test("work without any Node where none has a shadow", { timeout: 60_000 }, async () => {
    const synapse = await start(() => [typescript([PYTHON], { command: ["no-such-media-bridge"] })]);
    expect((await synapse.config(await synapse.register("alice"))).json["m.upload.size"]).toBe(CONFIG.most);
    expect(synapse.children()).toEqual([]);
  });

  test("whose configuration is wrong end the start, in the words of their own", { timeout: 60_000 }, async () => {
    const wrong = [typescript([{ module: "no_such_package.Module" }], more)];
    await expect(start(() => wrong)).rejects.toThrow(/no_such_package/);
  });

  test("of two entries may not have one folder", { timeout: 60_000 }, async () => {
    const entry = typescript([{ ...PYTHON, shadow: TYPESCRIPT }], { ...more, data_path: join(folder, "data") });
    await expect(start(() => [entry, entry])).rejects.toThrow(/data_path: .* is that of another entry of modules:/);
  });
});

describe("Two Synapse processes with one socket", () => {
  test("share a shadow and what it has compared", { timeout: 180_000 }, async () => {
    const [socket, data_path] = [join(folder, "callbacks.sock"), join(folder, "data")];
    const host: StartedProcess = await startProcess(NODE, [CLI, ...ARGS, "--socket", socket], {
      ready: /"msg":"ready"/,
    });
    started.push(host);
    const entry = typescript([{ ...PYTHON, shadow: TYPESCRIPT }], { socket, data_path });
    const [one, other] = [await start(() => [entry]), await start(() => [entry])];
    await vi.waitFor(() => expect(host.lastLines()).toContain("is asked from now on"), { timeout: 20_000 });
    const askedOf = () => readParity(data_path)?.callbacks[0]?.asked ?? 0;
    for (const synapse of [one, other]) await synapse.config(await synapse.register("alice"));
    await vi.waitFor(() => expect(askedOf()).toBe(2), { timeout: 20_000, interval: 500 });
    expect(host.lastLines().match(/is asked from now on/g)).toHaveLength(1);
    const said = execFileSync(NODE, [CLI, "status", "--socket", socket, "--json"], { encoding: "utf8" });
    expect(JSON.parse(said)).toMatchObject({
      synapses: [one, other].map(({ pid }) => ({ pid, state: "ready" })),
      modules: [{ name: PYTHON.module, language: "python", file: null }],
      shadows: [{ module: PYTHON.module, state: "running", asked: 2, dropped: 0 }],
    });
    expect((await one.upload(await one.register("carol"), "hello")).status).toBe(200);
    const foldersOf = ({ pid }: InsideSynapse) =>
      readdirSync(join(data_path, "shadow-files")).filter((name) => name.startsWith(`${pid}-`));
    expect(foldersOf(one)).toHaveLength(1);
    const threads = countThreads(host.pid);
    await one.stop();
    await vi.waitFor(() => expect(host.lastLines()).toContain("Synapse has left"));
    await other.config(await other.register("bob"));
    await vi.waitFor(() => expect(askedOf()).toBe(3), { timeout: 20_000, interval: 500 });
    expect(countThreads(host.pid)).toBe(threads);
    await other.stop();
    await vi.waitFor(() => expect(countThreads(host.pid)).toBeLessThan(threads), { timeout: 20_000 });
    expect(foldersOf(one)).toEqual([]);
  });
});
