import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * The decoder and its version, read from its package: this process never loads it. Each version of sharp has one version
 * of libvips and its decoders. Throws where sharp is not installed.
 */
export function readDecoderVersion(): string {
  const folder = createRequire(import.meta.url)
    .resolve("sharp")
    .replace(/([\\/]sharp)[\\/].*$/, "$1");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  return `sharp ${version}`;
}
