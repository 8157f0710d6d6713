import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { MEMBERS, type Row } from "../../module-api/members.ts";
import { synapsePython } from "../support/synapse.ts";

/** What the classes and modules of an installed Synapse offer by their public names. */
const READ_NAMES = `
import inspect, json, re
import synapse.module_api as module_api
import synapse.module_api.errors as errors

def public(owner): return sorted(name for name in dir(owner) if not name.startswith("_"))
api = module_api.ModuleApi
attributes = re.findall(r"^ +self\\.([a-z]\\w*)\\b[^=\\n]*=", inspect.getsource(api.__init__), re.M)
print(json.dumps({
    "release": module_api.__package__ and __import__("importlib.metadata").metadata.version("matrix-synapse"),
    "ModuleApi": sorted({*public(api), *attributes}),
    "AccountDataManager": public(module_api.AccountDataManager),
    "PublicRoomListManager": public(module_api.PublicRoomListManager),
    "synapse.module_api": public(module_api),
    "synapse.module_api.errors": public(errors),
}))`;

const Names = z.array(z.string());
const NamesSchema = z.object({
  release: z.string(),
  ModuleApi: Names,
  AccountDataManager: Names,
  PublicRoomListManager: Names,
  "synapse.module_api": Names,
  "synapse.module_api.errors": Names,
});

/** From a folder of its own: one that holds a `types.py` would get in Python's way. */
const installed = NamesSchema.parse(
  JSON.parse(execFileSync(synapsePython(), ["-c", READ_NAMES], { cwd: tmpdir(), encoding: "utf8" })),
);

test("The list was read from this release of Synapse", () => {
  expect(installed.release.startsWith(`${MEMBERS.release}.`)).toBe(true);
});

test.each(["ModuleApi", "AccountDataManager", "PublicRoomListManager", "synapse.module_api.errors"] as const)(
  "%s has the names of the list, and no others",
  (owner) => {
    expect(namesOf(MEMBERS[owner])).toEqual(installed[owner]);
  },
);

test("synapse.module_api has the names of the list, and others of no promise", () => {
  expect([...namesOf(MEMBERS["synapse.module_api"]), ...MEMBERS.foreign].toSorted()).toEqual(
    installed["synapse.module_api"],
  );
});

test("What modules can import from Synapse's packages, with its parameters, is what the shim is held to", () => {
  const compat = fileURLToPath(new URL("../../python-shim/compat", import.meta.url));
  const read = execFileSync(synapsePython(), [`${compat}/read_surface.py`], {
    cwd: tmpdir(),
    encoding: "utf8",
    maxBuffer: 16 * 1024 ** 2,
  });
  const held: unknown = JSON.parse(readFileSync(`${compat}/surface-1.163.json`, "utf8"));
  expect(JSON.parse(read)).toEqual(held);
});

function namesOf(rows: readonly Row[]): string[] {
  return rows.map(({ name }) => name).toSorted();
}
