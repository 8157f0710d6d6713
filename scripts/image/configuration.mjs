// The quick start, configured as the example for containers is.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** Where the files of the quick start are mounted. */
export const MODULES = "/srv/modules";

/** @param {string} folder which becomes `/etc/media-bridge` */
export function writeConfiguration(folder) {
  const quickStart = readYaml("examples/quick-start/media-bridge.yaml");
  const { data_path, python } = readYaml("examples/container/media-bridge/media-bridge.yaml").media_bridge;
  const modules = quickStart.modules.map((/** @type {Record<string, string>} */ module) =>
    module.typescript === undefined ? module : { ...module, typescript: join(MODULES, module.typescript) },
  );
  const { listen } = quickStart.media_bridge;
  const tokens_file = join(MODULES, quickStart.media_bridge.tokens_file);
  const media_bridge = { listen, tokens_file, data_path, python: { ...python, path: [MODULES] } };
  mkdirSync(folder);
  // The store's path is relative: the image's working directory is the volume.
  const whole = { ...quickStart, media_store_path: "./media", modules, media_bridge };
  writeFileSync(join(folder, "media-bridge.yaml"), stringify(whole));
}

/** @param {string} path */
function readYaml(path) {
  return parse(readFileSync(path, "utf8"));
}
