import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, expectTypeOf, test } from "vitest";
import { KINDS, type KindName, type TypeScriptName } from "../../src/callbacks/kinds.ts";
import type { CallbackName } from "../../src/config/schema/callbacks.ts";
import { callbacksSchema } from "../../src/config/schema/callbacks.ts";
import type { MediaRepositoryCallbacks, SpamCheckerCallbacks } from "../../src/module-api/definition.ts";
import { testPython } from "../support/python.ts";

const SHIM = fileURLToPath(new URL("../../python-shim", import.meta.url));

const SHIM_TABLE = `
import json
from media_bridge_shim.callbacks.callback_names import EXTENSIONS
from media_bridge_shim.callbacks.kinds import KINDS
added = {name for names in EXTENSIONS.values() for name in names}
print(json.dumps([
    {
        "name": kind.name, "group": kind.group, "arity": kind.arity, "sizes": kind.sizes,
        "notification": kind.is_notification, "isOfSynapse": kind.name not in added,
    }
    for kind in KINDS.values()
]))
`;

const rows = Object.entries(KINDS).map(([name, kind]) => ({ name, ...kind }));

test("The table of callbacks of the Python shim has the rows of the host's table", () => {
  const shim = execFileSync(testPython(), ["-c", SHIM_TABLE], {
    cwd: SHIM,
    encoding: "utf8",
  });
  const expected = rows.map(({ name, group, parameters, notification, isOfSynapse }) => {
    const sizes = parameters.flatMap(({ form }, index) => (form === "bytes" ? [index] : []));
    return { name, group, arity: parameters.length, sizes, notification, isOfSynapse };
  });
  expect(JSON.parse(shim)).toEqual(expected);
});

test("Every callback has settings, and those that decide say what happens where a module cannot be asked", () => {
  expectTypeOf<CallbackName>().toEqualTypeOf<KindName>();
  const settings = Object.entries(callbacksSchema.parse({}));
  expect(settings.map(([name, fields]) => [name, "on_unavailable" in fields])).toEqual(
    rows.map(({ name, notification }) => [name, !notification]),
  );
});

test("Every callback can be registered by TypeScript modules, under its name in camel case", () => {
  type Registered = keyof MediaRepositoryCallbacks | keyof SpamCheckerCallbacks;
  expectTypeOf<Registered>().toEqualTypeOf<TypeScriptName<KindName>>();
  for (const { name, typescriptName } of rows) {
    expect(typescriptName).toBe(name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase()));
  }
});

test("The parameters of every callback are those that the Python child is sent", () => {
  const sent = rows.map((row) => ({ name: row.name, count: row.toWire.length, namesUser: row.namesUser }));
  expect(sent).toEqual(
    rows.map(({ name, parameters }) => ({
      name,
      count: parameters.length,
      namesUser: parameters[0]?.form === "userId",
    })),
  );
});
