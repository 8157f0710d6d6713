import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../.modules", import.meta.url));

/** The interpreter that `npm run setup:modules` makes, with what the modules need. */
export function modulesPython(): string {
  const path = join(FOLDER, "python/bin/python");
  if (!existsSync(path)) throw new Error(".modules is missing: run npm run setup:modules");
  return path;
}

/** The folder into which pip has put one package of test/public-modules/packages.txt. */
export function packageFolder(name: string): string {
  const path = join(FOLDER, "packages", name);
  if (!existsSync(path)) throw new Error(`${name} is not installed: run npm run setup:modules`);
  return path;
}

/** `media_bridge.python` for a service in which one package is found, and perhaps modules in more folders. */
export function pythonWith(name: string, ...folders: readonly string[]): object {
  return { executable: modulesPython(), path: [packageFolder(name), ...folders] };
}
