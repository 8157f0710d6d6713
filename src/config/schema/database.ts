import { z } from "zod";
import { field, flag, FLAG_FORM, group } from "./fields.ts";

const NAMES = ["sqlite3", "psycopg2"] as const;
const NAME_FORM = `one of ${NAMES.join(", ")}`;
const ARGS_FORM = "a mapping of the driver's arguments";
const ARG_FORM = "text, a number, true or false";
const WHOLE_FORM = "a whole number";
const TIMEOUT_FORM = "milliseconds, 0 for no limit";

const timeout = () => z.int({ error: TIMEOUT_FORM }).min(0, { error: TIMEOUT_FORM }).nullable().optional();

const databaseShape = {
  name: field(z.enum(NAMES, { error: NAME_FORM }), {
    form: NAME_FORM,
    description: "Synapse's name of the engine; `psycopg2` is PostgreSQL.",
  }),
  args: field(
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()], { error: ARG_FORM }), {
      error: ARGS_FORM,
    }),
    {
      form: ARGS_FORM,
      description:
        "As in Synapse: `user`, `password`, `host`, … and the pool's `cp_min` and `cp_max` for PostgreSQL, `database` (a path) for SQLite.",
    },
  ),
  statement_timeout: field(timeout(), {
    form: TIMEOUT_FORM,
    description: "How long PostgreSQL lets a statement run.",
    fallback: "ten minutes",
  }),
  idle_in_transaction_session_timeout: field(timeout(), {
    form: TIMEOUT_FORM,
    description: "How long PostgreSQL lets a transaction idle.",
    fallback: "half an hour",
  }),
  synchronous_commit: field(flag().optional(), {
    form: FLAG_FORM,
    description: "Whether PostgreSQL's commits wait for the disk.",
    fallback: "true",
  }),
  txn_limit: field(z.int({ error: WHOLE_FORM }).optional(), {
    form: WHOLE_FORM,
    description: "Known from Synapse, without effect here.",
  }),
  allow_unsafe_locale: field(flag().optional(), {
    form: FLAG_FORM,
    description: "Known from Synapse, without effect here.",
  }),
};

const HAS_FILE = {
  path: ["args"],
  error: "the path of the database file as database",
  params: { found: "none" },
};

/** A homeserver's database, in the shape of Synapse's `database:`. */
export const DatabaseSchema = group(databaseShape).refine(hasFile, HAS_FILE);

/** Synapse's `database:` in Synapse's own file: with its defaults, and with keys that only Synapse knows. */
export const SynapseDatabaseSchema = z
  .object(
    { ...databaseShape, name: databaseShape.name.prefault("sqlite3"), args: databaseShape.args.prefault({}) },
    { error: "a mapping with name and args" },
  )
  .refine(hasFile, HAS_FILE);

export type DatabaseSettings = z.infer<typeof DatabaseSchema>;

function hasFile({ name, args }: { name: string; args: Readonly<Record<string, unknown>> }): boolean {
  return name !== "sqlite3" || (typeof args["database"] === "string" && args["database"] !== "");
}
