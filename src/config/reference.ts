import type { z } from "zod";
import { fieldNotes } from "./schema/fields.ts";
import { ConfigSchema, findDefault, findMapping } from "./schema/schema.ts";
import { DECIDING_SYNAPSE_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "./keys/synapse-keys.ts";

interface Row {
  readonly path: string;
  readonly form: string;
  readonly fallback: string;
  readonly description: string;
}

/** The text of `docs/configuration.md`: every key of the schema, with its form, default and description. */
export function renderReference(): string {
  const rows = listRows(ConfigSchema, "");
  return [
    INTRODUCTION,
    "## Synapse's keys",
    "Paths here are relative to the working directory, as in Synapse.",
    renderTable(rows.filter((row) => !isOwn(row))),
    "## The service's own keys",
    "Paths here are relative to the file that names them. A key without a value counts as absent.",
    renderTable(rows.filter(isOwn)),
    "## Synapse's keys that cause a warning",
    `The service does not act on them: ${listKeys([...UNSUPPORTED_SYNAPSE_KEYS])}.`,
    `Of them ${listKeys(Object.keys(DECIDING_SYNAPSE_KEYS))} decides in Synapse over media: unless a Synapse keeps the media (\`upstream.mode: guard\`), \`check\` warns of them first and ends with exit status 1 until \`media_bridge.acknowledge\` names them.`,
    "",
  ].join("\n\n");
}

function listKeys(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(", ");
}

const INTRODUCTION = `# Configuration

<!-- Generated from the schema in src/config. To renew it: UPDATE_DOCS=1 npx vitest run test/config/reference.test.ts -->

\`--config\` names a YAML file or a folder, whose \`*.yaml\` files are read in sorted order, and may be repeated. A later file
replaces whole top-level keys of an earlier one. The files are read as Synapse reads them (YAML 1.1), so that a whole
\`homeserver.yaml\` can be named; keys of Synapse's that have nothing to do with media are passed over. A key given twice
in one mapping is an error, and so is an unknown key under \`media_bridge\`. An empty
file of a folder is passed over with a notice. Aliases may add a million values and characters of text to a file, and values may lie 200 levels deep.

Sizes are bytes, or a whole number followed by \`K\`, \`M\`, \`G\` or \`T\`. Durations are milliseconds, or a whole number followed
by \`s\`, \`m\`, \`h\`, \`d\`, \`w\` or \`y\`.`;

function listRows(mapping: z.ZodObject, prefix: string): Row[] {
  return Object.entries(mapping.shape).flatMap(([key, schema]) => {
    const notes = fieldNotes.get(schema);
    if (notes === undefined) throw new Error(`${prefix}${key} is not described`);
    const path = `${prefix}${key}`;
    const inner = findMapping(schema);
    const below = notes.form.startsWith("a list")
      ? `${path}[].`
      : notes.form === "a mapping of classes"
        ? `${path}.<class>.`
        : `${path}.`;
    const row = {
      path,
      form: notes.form.replace(/^(a size|a duration):.*/, "$1"),
      fallback: notes.fallback ?? formatDefault(schema),
      description: notes.description,
    };
    return [row, ...(inner === undefined ? [] : listRows(inner, below))];
  });
}

function formatDefault(schema: z.core.$ZodType): string {
  const value = findDefault(schema);
  if (value === undefined) return "";
  if (typeof value === "string") return `\`${value}\``;
  return findMapping(schema) === undefined || Array.isArray(value) ? `\`${JSON.stringify(value)}\`` : "";
}

function isOwn({ path }: Row): boolean {
  return path.startsWith("media_bridge");
}

function renderTable(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ path, form, fallback, description }) => `| \`${path}\` | ${form} | ${fallback} | ${description} |`,
  );
  return ["| key | form | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}
