import type { Draw } from "./draw.ts";

/** What a client asks. */
export interface Question {
  readonly kind: "config" | "upload";
  readonly userId: string;
  /** The body of an upload. */
  readonly content?: Buffer;
  /** A `Content-Length` that is announced, and a body that is never sent: for sizes beyond what a disk holds. */
  readonly announced?: bigint;
  /** Whether the body is sent without a `Content-Length`. */
  readonly isChunked?: boolean;
}

/** Questions of one user, in their order: what a user has uploaded counts for the next answer. */
export type Life = readonly Question[];

/** One configuration, and a generator of questions at its borders. */
export interface World {
  /** Of the module, in either language. */
  readonly config: unknown;
  /** Top-level keys of both services. */
  readonly settings?: Readonly<Record<string, unknown>>;
  life(): Life;
  /** What both services must have in common at the end, beyond their answers; reads the database of modules. */
  readonly table?: string;
  close(): void;
}

/** A module in two languages, and the worlds that it is compared in. */
export interface Family {
  readonly name: string;
  /** Its folder, below examples/migration. */
  readonly folder: string;
  /** `file.Class`. */
  readonly python: string;
  readonly typescript: string;
  /** `index` counts the worlds of a run: they differ in more than their numbers. */
  open(draw: Draw, index: number): Promise<World>;
}
