import { z } from "zod";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";

const KindSchema = z.enum(Object.keys(KINDS) as [KindName, ...KindName[]]);

const ConstructedSchema = z.object({
  entries: z.array(
    z.object({
      slot: z.int(),
      kind: KindSchema,
      nth: z.int(),
      name: z.string(),
      file: z.string().nullable(),
      line: z.int().nullable(),
      misfit: z.string().nullable(),
      wants_size: z.boolean(),
    }),
  ),
  unfired: z.array(z.string()),
  resources: z.array(z.string()),
  /** Logged once, about what a constructor left out. */
  unregistered: z.array(z.string()).default([]),
});

const InitializedSchema = z.object({
  modules: z.array(z.object({ index: z.int(), file: z.string().nullable() })),
});

const BlockedSchema = z.object({ module: z.string(), callback: z.string() });

/** A module blocked the child's event loop; `callback` is a kind of callback, or `background work`. */
export type Blocked = z.infer<typeof BlockedSchema>;

/** What a module registered, by its constructor or late. */
export type Constructed = z.infer<typeof ConstructedSchema>;

/** Reads the answer to `construct`, or a `registered` notification. */
export function readConstructed(answer: unknown): Constructed {
  return ConstructedSchema.parse(answer);
}

/** Reads the answer to `initialize`. */
export function readInitialized(answer: unknown): { index: number; file: string | null }[] {
  return InitializedSchema.parse(answer).modules;
}

/** Reads a `blocked` notification. */
export function readBlocked(params: unknown): Blocked {
  return BlockedSchema.parse(params);
}
