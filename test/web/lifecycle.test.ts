import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testPython } from "../support/python.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../support/service.ts";
import { begin, python, startWith } from "./service.ts";

const UNRECOGNIZED = { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" };

test("While the child is down its resources are answered 503 with Retry-After, and then they are back", async () => {
  const service = await startWith([python({ "/leaf": "leaf", "/half": "half", "/wait": "wait" })]);
  const pid = await pidOf(service, "/leaf");
  const half = await begin(service, "/half");
  const waiting = service.request("/wait");
  await service.log.waitFor(({ message }) => message === "waiting");
  process.kill(pid, "SIGKILL");
  const hung = await waiting;
  expect([hung.status, hung.headers.get("retry-after")]).toEqual([503, "5"]);
  await expect(half.toArray()).rejects.toThrow("aborted");
  const down = await service.request("/leaf");
  expect([down.status, down.headers.get("retry-after"), await down.json()]).toEqual([
    503,
    "5",
    {
      errcode: "M_UNKNOWN",
      error: "A module that decides about this request cannot be asked, try again later",
    },
  ]);
  expect((await service.request("/unknown")).status).toBe(404);
  await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
  expect(await pidOf(service, "/leaf")).not.toBe(pid);
  expect(readdirSync(join(service.folder, "data", "sockets"))).toHaveLength(1);
});

test("A resource that is registered late, from a thread, is served from then on", async () => {
  const folder = temporaryFolder();
  const late = join(folder, "late");
  const service = await startWith([python({ "/late": "leaf" }, { late }), python({ "/early": "leaf" }, {}, "Others")]);
  const before = await service.request("/late");
  expect([before.status, await before.json()]).toEqual([404, UNRECOGNIZED]);
  expect((await service.request("/early")).status).toBe(200);
  writeFileSync(late, "");
  await service.log.waitFor(({ message }) => message === "a module registered late");
  expect((await service.request("/late")).status).toBe(200);
});

test("Modules in children of their own serve their own paths, and the longest one answers", async () => {
  const isolated = { executable: testPython(), path: [FIXTURE_MODULES], isolation: "module" };
  const modules = [
    python({ "/one": "leaf", "/both": "leaf" }),
    python({ "/one/two": "leaf", "/both": "leaf" }, {}, "Others"),
  ];
  const service = await startWith(modules, { mediaBridge: { python: isolated } });
  const [first, second] = [await pidOf(service, "/one"), await pidOf(service, "/one/two")];
  expect(first).not.toBe(second);
  expect(await pidOf(service, "/both")).toBe(first);
  process.kill(first, "SIGKILL");
  await service.log.waitFor(({ message }) => message === "the child is down");
  expect((await service.request("/one")).status).toBe(503);
  expect(await pidOf(service, "/one/two")).toBe(second);
});

test("The first resource may be a late one, of a restarted child too", async () => {
  const folder = temporaryFolder();
  const late = join(folder, "late");
  const service = await startWith([python({ "/late": "leaf" }, { late })]);
  expect(existsSync(join(service.folder, "data", "sockets"))).toBe(false);
  writeFileSync(late, "");
  await served(service, "/late");
  process.kill(await pidOf(service, "/late"), "SIGKILL");
  await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
  await served(service, "/late");
});

test("Of two modules with the same path the first has it, in either language, and the log names both", async () => {
  const service = await startWith([
    python({ "/one": "leaf", "/two": "page" }),
    python({ "/two": "leaf" }, {}, "Others"),
    { typescript: fixture("web.ts"), config: { paths: ["/one", "/three"] } },
    python({ "/three": "leaf" }, {}, "Others"),
  ]);
  expect(await pidOf(service, "/one")).toBeGreaterThan(0);
  expect(await (await service.request("/two")).text()).toContain("grüezi");
  expect(await (await service.request("/three")).json()).toMatchObject({ by: "typescript" });
  const inPython = await service.log.waitFor(({ message }) => message.includes("/two"));
  expect(inPython.message).toContain("web_resources.Others");
  expect(inPython.message).toContain("web_resources.WebResources");
  for (const [path, module, owner] of [
    ["/one", "web-fixture", "web_resources.WebResources"],
    ["/three", "web_resources.Others", "web-fixture"],
  ]) {
    const line = await service.log.waitFor(({ facts }) => facts["path"] === path);
    expect(line.facts).toMatchObject({ module, owner });
  }
});

test.each(["/health", "/_matrix/media/v3/upload", "/_synapse/client/media_upload_limit_exceeded"])(
  "A path of the service's own ends the start with the names of both: %s",
  async (path) => {
    await expect(startWith([python({ [path]: "leaf" })])).rejects.toThrow(
      new RegExp(`web_resources.WebResources registers the web resource ${path}, .*choose another path`),
    );
    await expect(startWith([{ typescript: fixture("web.ts"), config: { paths: [path] } }])).rejects.toThrow(
      /web-fixture registers/,
    );
  },
);

test("A late path of the service's own is refused in the log, and the others are served", async () => {
  const late = join(temporaryFolder(), "late");
  const service = await startWith([python({ "/health": "leaf" }, { late })]);
  writeFileSync(late, "");
  const line = await service.log.waitFor(
    ({ message }) => message === "a notification from the child could not be used",
  );
  expect((line.facts["err"] as Error).message).toContain("registers the web resource /health");
  expect(await (await service.request("/health")).text()).toBe("OK");
});

test("The service's own routes win below a module's path", async () => {
  const service = await startWith([python({ "/_matrix/media": "leaf" })]);
  expect((await service.request("/_matrix/media/v3/config")).status).toBe(401);
  expect(await pidOf(service, "/_matrix/media/unstable/thing")).toBeGreaterThan(0);
});

test("Where data_path is too long for a socket, a folder for temporary files has it, and it goes with the service", async () => {
  const folder = join(temporaryFolder(), "a".repeat(90));
  mkdirSync(folder);
  const service = await startTestService({ folder, mediaBridge: { modules: [python({ "/leaf": "leaf" })] } });
  try {
    expect((await service.request("/leaf")).status).toBe(200);
    expect(existsSync(join(folder, "data", "sockets"))).toBe(false);
  } finally {
    await service.stop();
  }
});

test("Sockets of a service that was killed are removed, and its own at the end", async () => {
  const folder = temporaryFolder();
  const sockets = join(folder, "data", "sockets");
  mkdirSync(sockets, { recursive: true });
  writeFileSync(join(sockets, "99999999-1.sock"), "");
  const service = await startTestService({ folder, mediaBridge: { modules: [python({ "/leaf": "leaf" })] } });
  const [own, ...others] = readdirSync(sockets);
  expect(own).toMatch(new RegExp(`^${process.pid}-\\d+\\.sock$`));
  expect(others).toEqual([]);
  await service.stop();
  expect(readdirSync(sockets)).toEqual([]);
});

test("What cannot be a resource is refused at start, with the module's name", async () => {
  await expect(startWith([python({ "/thing": "thing" })])).rejects.toThrow(
    "web_resources.WebResources: a web resource is one of twisted.web.resource, not a dict",
  );
});

function fixture(name: string): string {
  return new URL(`../fixtures/modules/${name}`, import.meta.url).pathname;
}

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mb-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The pid that a resource answers with. */
async function pidOf(service: TestService, path: string): Promise<number> {
  const { pid } = (await (await service.request(path)).json()) as { pid: number };
  return pid;
}

/** Asks until the resource is there: when the child has registered it is the module's own business. */
async function served(service: TestService, path: string): Promise<void> {
  while ((await service.request(path)).status !== 200);
}
