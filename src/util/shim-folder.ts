import { fileURLToPath } from "node:url";

/** `python-shim`, which lies beside `dist` and `src` alike. */
export const SHIM_FOLDER = fileURLToPath(new URL("../../python-shim", import.meta.url));
