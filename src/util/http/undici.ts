import { createRequire } from "node:module";
import type * as Undici from "undici";

const require = createRequire(import.meta.url);

/**
 * The package undici, which is loaded by the first call: it takes a fifth of the time that loading the commands
 * takes, and only services beside a homeserver, or with web resources of Python modules, need it.
 */
export function loadUndici(): typeof Undici {
  return require("undici") as typeof Undici;
}
