import { type Stats, statSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeThrown, moduleError, type TypeScriptEntry } from "./typescript-entry.ts";

/** No module is as large; to read and compile a larger file takes gigabytes. */
const MAX_FILE_BYTES = 64 * 2 ** 20;

/** How module files are imported. */
export interface ImportOptions {
  /** Where what was compiled is kept, if anywhere. */
  readonly cacheFolder: string | undefined;
  /** 0 at start; every reload adds one, and reads all files anew. */
  readonly generation: number;
}

/** What a module's file exports, and where that file is. */
export interface ImportedFile {
  readonly file: string;
  readonly exports: unknown;
}

/**
 * Imports a module's file, TypeScript or JavaScript, without a build step. Rejects with a StartError.
 */
export async function importModule(entry: TypeScriptEntry, options: ImportOptions): Promise<ImportedFile> {
  const file = isAbsolute(entry.specifier) ? entry.specifier : await findPackage(entry);
  const found = look(entry, file);
  const obstacle = findObstacle(found);
  if (obstacle !== undefined) throw moduleError(entry, `cannot be imported: ${obstacle}`);
  try {
    return { file, exports: (await importNatively(file, options)) ?? (await importByJiti(file, options)) };
  } catch (error) {
    if (found?.isDirectory() === true && isNotFound(error, file))
      throw moduleError(entry, "cannot be imported: this folder has no index.ts or index.js: name a file", error);
    throw moduleError(entry, `cannot be imported: ${describeThrown(error, entry, file)}`, error);
  }
}

function look(entry: TypeScriptEntry, file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw moduleError(entry, `cannot be imported: ${(error as Error).message}`, error);
  }
}

/** Why it is not read, in words: one would wait for a pipe, and a device has no end. */
function findObstacle(found: Stats | undefined): string | undefined {
  if (found === undefined) return "there is no such file";
  if (found.isDirectory()) return undefined;
  if (!found.isFile()) return "this is not a file: name one of TypeScript or JavaScript";
  return found.size > MAX_FILE_BYTES ? `this file has more than ${MAX_FILE_BYTES} bytes: name another one` : undefined;
}

function isNotFound(error: unknown, file: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && message.includes(`'${file}'`);
}

async function findPackage(entry: TypeScriptEntry): Promise<string> {
  try {
    return createRequire(`${entry.from}/`).resolve(entry.specifier);
  } catch {
    // `require` does not find a package that can only be imported.
    const { createJiti } = await import("jiti");
    const url = createJiti(`${entry.from}/`, { fsCache: false }).esmResolve(entry.specifier, { try: true });
    if (url?.startsWith("file:") === true) return fileURLToPath(url);
    throw moduleError(entry, `cannot be imported: no such package can be found from ${entry.from}`);
  }
}

/** JavaScript needs no help; undefined for files that do, and where jiti may know more. */
async function importNatively(file: string, { generation }: ImportOptions): Promise<unknown> {
  // Node.js keeps what it has imported, and all that this imports: after the first time jiti reads everything anew.
  if (generation > 0 || !/\.[cm]?js$/.test(file) || !import.meta.url.endsWith(".js")) return undefined;
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    // Node.js does not report the line of a syntax error.
    if (error instanceof SyntaxError || isLackOfOurs(error)) return undefined;
    throw error;
  }
}

/** Whether it is this package or zod that cannot be found from a module's folder. */
function isLackOfOurs(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test(code ?? "") && /'(?:synapse-media-bridge|zod)'/.test(message);
}

/** jiti costs 30 ms at start, so it is loaded only where it is needed. */
async function importByJiti(file: string, { cacheFolder, generation }: ImportOptions): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, {
    interopDefault: false,
    moduleCache: generation === 0,
    // Not its default, a folder of known name for temporary files, where any user of the machine could leave code for
    // us.
    fsCache: cacheFolder ?? false,
    // This package and zod, also for a folder without `node_modules`.
    virtualModules: { "synapse-media-bridge": await import("../../index.ts"), zod: await import("zod") },
  });
  return jiti.import(file);
}
