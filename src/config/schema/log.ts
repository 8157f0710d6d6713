import { z } from "zod";
import type { Level } from "../../util/log.ts";
import type { LogFormat } from "../../util/log/open-log.ts";
import { field, group } from "./fields.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const satisfies Level[];
const LEVEL_FORM = `one of ${LEVELS.join(", ")}`;
const FORMATS = ["auto", "json", "pretty"] as const satisfies LogFormat[];
const FORMAT_FORM = "auto, json or pretty";

/** What is logged, and how: the mapping `media_bridge.log`. */
export const LogSchema = group({
  level: field(z.enum(LEVELS, { error: LEVEL_FORM }).prefault("info"), {
    form: LEVEL_FORM,
    description: "The lowest level that is logged.",
  }),
  format: field(z.enum(FORMATS, { error: FORMAT_FORM }).prefault("auto"), {
    form: FORMAT_FORM,
    description: "Whether lines are JSON, or for people to read: `auto` is `pretty` on a terminal, else `json`.",
  }),
});
