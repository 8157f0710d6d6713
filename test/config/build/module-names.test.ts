import { describe, expect, test } from "vitest";
import { loadFailing, loadText, withRequired } from "../folder.ts";

describe("Whatever importlib.import_module takes, with a class behind the last dot, names a Python class", () => {
  const names = [
    "matrix-temp-mail-checker.TempMailChecker",
    "a.B",
    "3d.quota.Quota",
    "my module.Class",
    "a.b-c.D",
    "émile.Çlasse",
  ];

  test.each(names)("%s", (name) => {
    const overrides = `  python: {overrides: {"${name}": {}}}`;
    const top = `modules: [{module: "${name}"}]\nspam_checker: {module: "${name}"}\nmedia_storage_providers: [{module: "${name}"}]`;
    const { modules, storageProviders } = loadText(top, overrides).config;
    expect([...modules, ...storageProviders]).toMatchObject([{ module: name }, { module: name }, { module: name }]);
    expect(loadText("", `  modules: [{module: "${name}"}]`).config.modules).toMatchObject([{ module: name }]);
  });

  test.each(["NoDot", ".a.B", "a.", ".B", "..", "a.b."])("%s does not", (name) => {
    const told = loadFailing({ "c.yaml": withRequired(`modules: [{module: "${name}"}]`) });
    expect(told).toMatch(/modules\[0\]\.module: expected the dotted path of a Python class/);
    const ofProvider = loadFailing({ "c.yaml": withRequired(`media_storage_providers: [{module: "${name}"}]`) });
    expect(ofProvider).toMatch(/media_storage_providers\[0\]\.module: expected the dotted path of a Python class/);
  });
});
