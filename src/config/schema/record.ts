import { field, group, percentage, PERCENTAGE_FORM, size, text } from "./fields.ts";
import { SIZE_FORM } from "../forms/units.ts";

/** The recording of what modules are asked. */
export const RecordSchema = group({
  path: field(text("a path"), {
    form: "a path, relative to the file that names it",
    description: "The recording, which its owner alone may read. One that is there already is continued.",
  }),
  max_bytes: field(size().prefault("100M"), {
    form: SIZE_FORM,
    description: "How large it may become; then the service says so once, and records nothing more.",
  }),
  sample: field(percentage().prefault("100%"), {
    form: PERCENTAGE_FORM,
    description: "The share of the questions that is recorded.",
  }),
});

/** Where what modules are asked and say is recorded. */
export interface RecordConfig {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  /** The share of the questions that is recorded, from 0 to 1. */
  readonly sample: number;
}
