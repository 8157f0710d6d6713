import { describe, expect, test } from "vitest";
import { refuse, SECRET } from "../cli/refusals.ts";
import { CliFolder } from "../support/cli.ts";
import { PROVIDERS } from "../support/providers.ts";
import { scriptProvider, startProviderService } from "./provider-service.ts";

const REFUSALS: [situation: string, entry: object, said: RegExp][] = [
  ["whose package is missing", { module: "no_such_package.Provider" }, /cannot be imported: ModuleNotFoundError: No module named 'no_such_package' \(install the package that has it: .*\/python -m pip install …, or name its folder in media_bridge\.python\.path\)/],
  ["without such a class", { module: "scripted_provider.Nope" }, /cannot be imported: ImportError: scripted_provider has no class Nope/],
  ["that refuses its configuration", { module: "scripted_provider.Scripted", config: { secret: SECRET } }, /refuses its configuration: ConfigError: .*folder.*<value>/],
  ["that raises in __init__", { module: "broken_provider.RaisesInInit", config: { secret: SECRET } }, /cannot be constructed: RuntimeError: cannot open '<value>'/],
  ["that leaves a method out", { module: "broken_provider.Half" }, /cannot be constructed: TypeError: .*abstract/],
]; // prettier-ignore

describe("check refuses a storage provider", () => {
  test.each(REFUSALS)("%s, by its name and place", async (_situation, entry, said) => {
    const message = await refuse(folderOf([{ module: "thread_provider.Nothing" }, entry]), ["check"]);
    expect(message).toMatch(said);
    expect(message).toContain(`media_storage_providers[1] (module: ${(entry as { module: string }).module})`);
    expect(message).not.toContain(SECRET);
  });

  test.each([
    ["without a module", {}, /media_storage_providers\[0\]: expected a mapping with either module or typescript, found none of them/],
    ["whose module is not a path", { module: "Provider" }, /media_storage_providers\[0\]\.module: expected the dotted path/],
    ["whose flag is text", { module: "a.B", store_local: "perhaps" }, /media_storage_providers\[0\]\.store_local: expected true or false/],
  ])("%s, by the key", async (_situation, entry, said) => {
    expect(await refuse(folderOf([entry]), ["check"])).toMatch(said);
  }); // prettier-ignore

  test("check refuses a storage provider before any module is constructed", async () => {
    const folder = new CliFolder({
      pythonPath: [PROVIDERS],
      config: {
        modules: [{ module: "broken_provider.TellsOfItsConstruction" }],
        media_storage_providers: [{ module: "scripted_provider.Scripted" }],
      },
    });
    const { stderr } = await folder.end(["check"]);
    expect(stderr).toContain("refuses its configuration");
    expect(folder.files()).not.toContain("constructed");
  });
});

test("check lists providers with what they store, and warns of a key it does not know", async () => {
  const folder = folderOf([
    { module: "file_system", store_local: true, store_remote: true, config: { directory: "backup" } },
    { module: "synapse.rest.media.v1.storage_provider", store_local: true, store_synchronous: true, config: { directory: "b" } },
    { module: "thread_provider.Nothing", store_locally: true },
  ]); // prettier-ignore
  const { stdout } = await folder.end(["check"]);
  const own = "synapse.media.storage_provider.FileStorageProviderBackend";
  expect(stdout).toMatch(new RegExp(`storage provider 1: ${own} .*: stores local media and media of other servers, not awaited`));
  expect(stdout).toMatch(new RegExp(`storage provider 2: ${own} .*: stores local media, awaited`));
  expect(stdout).toMatch(/storage provider 3: thread_provider\.Nothing .*: stores nothing/);
  expect(stdout).toContain("media_storage_providers[2].store_locally: unknown key, did you mean store_local?");
}); // prettier-ignore

test("Providers alone start the Python child, and their names tell one class twice apart", async () => {
  const [first, second] = [scriptProvider(), scriptProvider()];
  const service = await startProviderService([first.entry({ store_local: false }), second.entry()]);
  const mediaId = await service.upload("hello");
  expect([first.kept(mediaId), second.kept(mediaId)?.toString()]).toEqual([undefined, "hello"]);
});

test("A provider may register callbacks through its hs, after all modules", async () => {
  const service = await startProviderService([{ module: "broken_provider.Limits" }]);
  const answer = await service.request("/_matrix/client/v1/media/config", { as: "alice" });
  expect(await answer.json()).toEqual({ "m.upload.size": 7 });
});

function folderOf(entries: readonly object[]): CliFolder {
  return new CliFolder({ pythonPath: [PROVIDERS], config: { media_storage_providers: entries } });
}
