import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeThrown, moduleError, type TypeScriptEntry } from "./typescript-entry.ts";

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
  if (!existsSync(file)) throw moduleError(entry, "cannot be imported: there is no such file");
  try {
    return { file, exports: (await importNatively(file, options)) ?? (await importByJiti(file, options)) };
  } catch (error) {
    throw moduleError(entry, `cannot be imported: ${describeThrown(error, entry, file)}`, error);
  }
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
