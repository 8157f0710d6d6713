import { fileURLToPath } from "node:url";

/** `python-shim`, which is beside both `dist` and `src`. */
export const SHIM_FOLDER = fileURLToPath(new URL("../../python-shim", import.meta.url));
