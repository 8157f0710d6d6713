import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { withRequired, writeFolder } from "./folder.ts";

describe("several files", () => {
  test("later ones replace whole top-level keys, and each key's paths belong to its file", () => {
    const folder = writeFolder({
      "a/1.yaml": `${withRequired("max_upload_size: 1M", "  log: {level: debug}")}\nmodules: [{typescript: ./x.ts}]\n`,
      "b/2.yaml": "max_upload_size: 2M\nmedia_bridge: {tokens_file: t.yaml}\n",
    });
    const { config, files } = loadConfig([join(folder, "a/1.yaml"), join(folder, "b/2.yaml")]);
    expect(config.maxUploadSizeBytes).toBe(2 * 2 ** 20);
    expect(config.mediaBridge.log.level).toBe("info");
    expect(config.mediaBridge.tokensFile).toBe(join(folder, "b/t.yaml"));
    expect(config.mediaBridge.dataPath).toBe(join(folder, "b/data"));
    expect(config.modules).toMatchObject([{ specifier: join(folder, "a/x.ts"), from: join(folder, "a") }]);
    expect(files).toEqual([join(folder, "a/1.yaml"), join(folder, "b/2.yaml")]);
  });

  test("a folder is read as its *.yaml files in sorted order, and nothing else in it", () => {
    const folder = writeFolder({
      "20.yaml": "max_upload_size: 2M\n",
      "10.yaml": withRequired("max_upload_size: 1M"),
      "30.yml": "max_upload_size: 3M\n",
      "40.yaml.bak": ": no yaml [",
      "50.yaml/inner.yaml": "max_upload_size: 5M\n",
    });
    const { config, files } = loadConfig([folder]);
    expect(config.maxUploadSizeBytes).toBe(2 * 2 ** 20);
    expect(files).toEqual([join(folder, "10.yaml"), join(folder, "20.yaml")]);
  });
});
