import { isAbsolute } from "node:path";
import { z } from "zod";
import type { Portable } from "../../callbacks/asked/asked.ts";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";

/** What a Synapse that connects expects to read in `hello`: this is not the protocol of the Python child. */
export const MAGIC = "synapse-media-bridge-callbacks";
/** The version of docs/bridge-protocol.md, "Inside a Synapse", that this host speaks. */
export const PROTOCOL_VERSION = 1;

const KindSchema = z.enum(Object.keys(KINDS) as [KindName, ...KindName[]]);
/** Of a shadow only equal configurations are known here: it is JSON text. */
const shadow = z.string().exactOptional();
const TypeScriptEntrySchema = z.strictObject({ typescript: z.string().min(1), config: z.string(), shadow });
/** A module that lives in Synapse, and keeps the others at their places here. */
const PythonEntrySchema = z.strictObject({ python: z.string().min(1), shadow });

/** The params of `initialize`: the modules of one entry of Synapse's `modules:`. */
export const InitializeSchema = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  /** Synapse's process. */
  pid: z.int().positive(),
  log_level: z.enum(["debug", "info", "warn", "error"]),
  modules: z.array(z.union([TypeScriptEntrySchema, PythonEntrySchema])).min(1),
});
export type Initialize = z.infer<typeof InitializeSchema>;

/** The params of `shadows`. */
export const ShadowsSchema = z.strictObject({
  /** The configuration that names them, in the form of the service's. */
  config: z.string().refine(isAbsolute),
  /** Whether those that are required are waited for. */
  waits: z.boolean(),
  /** The name of the folder of `shadow-files` in which Synapse's process keeps links: its number and a random token. */
  files: z.string().regex(/^\d+-[0-9a-f]{16}$/),
  /** The Python modules that decide, which live in Synapse. */
  python: z.array(
    z.strictObject({
      module: z.int().nonnegative(),
      name: z.string(),
      file: z.string().nullable(),
      kinds: z.array(KindSchema),
    }),
  ),
});

const PortableSchema = z.json() as z.ZodType<Portable>;
const SaidSchema = z.union([
  z.strictObject({ outcome: z.literal("continue") }),
  z.strictObject({ outcome: z.literal("stop"), value: PortableSchema }),
  z.strictObject({
    outcome: z.literal("error"),
    error: z.strictObject({
      message: z.string(),
      answer: z
        .strictObject({
          status: z.int(),
          errcode: z.string(),
          body: z.string(),
          headers: z.record(z.string(), z.string()).exactOptional(),
        })
        .exactOptional(),
    }),
  }),
]);

/** The params of `asked`: what a Python module in Synapse was asked and said. */
export const AskedSchema = z.strictObject({
  module: z.int().nonnegative(),
  kind: KindSchema,
  args: z.array(PortableSchema),
  user: z.string().nullable(),
  /** Milliseconds since the epoch. */
  asked_ts: z.int(),
  said: SaidSchema,
  micros: z.int().nonnegative(),
  /** The share of the questions that is told. */
  part: z.number().min(0).max(1),
  /** A link to the file that the question is about, which is handed over. */
  file: z.string().nullable(),
});
export type AskedOnWire = z.infer<typeof AskedSchema>;

/** The params of `not_asked`: so many questions were sampled and could not be told. */
export const NotAskedSchema = z.strictObject({
  module: z.int().nonnegative(),
  kind: KindSchema,
  count: z.int().nonnegative().max(1_000_000),
});

/** The params of `set_up`: the Synapse that the modules work for. */
export const ServerFactsSchema = z.strictObject({
  server_name: z.string(),
  public_baseurl: z.string().nullable(),
  worker_name: z.string().nullable(),
  worker_app: z.string(),
  run_background_tasks: z.boolean(),
});
export type ServerFacts = z.infer<typeof ServerFactsSchema>;

/** A callback that a module registered, as Synapse is told of it. */
export interface WireEntry {
  /** The number by which `run` names it. */
  readonly slot: number;
  readonly kind: string;
  /** Index into the modules of `initialize`. */
  readonly module: number;
  /** How many callbacks of this kind the module registered before this one. */
  readonly nth: number;
  readonly name: string;
  readonly file: string | null;
}

/** Why modules cannot be loaded, for the operator. */
export interface WireFailure {
  readonly failed: { readonly kind: "module" | "configuration"; readonly message: string };
}
