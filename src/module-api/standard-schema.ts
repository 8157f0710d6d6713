import type { Awaitable } from "./awaitable.ts";

/**
 * A Standard Schema, version 1 (standardschema.dev): what zod, Valibot, ArkType and others make. Written down here, so
 * that a module depends on none of them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Reads a value. Says by issues what is wrong with it, at once or later. */
    readonly validate: (value: unknown) => Awaitable<StandardResult<Output>>;
    /** For types alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The value that a schema makes of what it is given, or what is wrong with that. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One mistake: its message, and the path to its place. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema makes of a configuration: the `config` that `setup` gets. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];
