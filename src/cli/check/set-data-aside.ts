import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";

/** A configuration whose Python environment is made in a folder for temporary files, and the end of that folder. */
export function setDataAside(config: Config): { readonly config: Config; remove(): void } {
  const dataPath = mkdtempSync(join(tmpdir(), "media-bridge-data-"));
  return {
    config: { ...config, mediaBridge: { ...config.mediaBridge, dataPath } },
    remove: () => rmSync(dataPath, { recursive: true, force: true }),
  };
}
