import { z } from "zod";

/** What a Synapse that connects expects to read in `hello`: this is not the protocol of the Python child. */
export const MAGIC = "synapse-media-bridge-callbacks";
/** The version of docs/bridge-protocol.md, "Inside a Synapse", that this host speaks. */
export const PROTOCOL_VERSION = 1;

/** The params of `initialize`: the modules of one entry of Synapse's `modules:`. */
export const InitializeSchema = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  /** Synapse's process. */
  pid: z.int().positive(),
  log_level: z.enum(["debug", "info", "warn", "error"]),
  modules: z.array(z.strictObject({ typescript: z.string().min(1), config: z.string() })).min(1),
});
export type Initialize = z.infer<typeof InitializeSchema>;

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
