import { z } from "zod";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { PythonHost } from "./python-host.ts";

/**
 * The shape of a value of Python's: its types, the names of its keys, and its numbers. Texts are not in it, because any
 * of them may be a secret.
 */
export type Shape =
  | { readonly is: "none" | "str" }
  /** `value` is Python's text of it; null where that is too long. */
  | { readonly is: "bool" | "int" | "float"; readonly value: string | null }
  | { readonly is: "list"; readonly items: readonly Shape[] }
  | { readonly is: "map"; readonly members: readonly Member[] }
  | { readonly is: "object"; readonly name: string; readonly members: readonly Member[] }
  | { readonly is: "other"; readonly name: string };

export type Member = readonly [name: string, shape: Shape];

/** A callback that a module registered. */
export interface DescribedCallback {
  readonly kind: KindName;
  /** Which registration of this kind by the module it is, from 0. */
  readonly nth: number;
  readonly name: string;
  /** Python source without its indentation; null where there is none to be had. */
  readonly source: string | null;
}

/** What the beginning of a TypeScript module is written from. */
export interface DescribedModule {
  readonly config: Shape;
  /** What `parse_config` made of it. */
  readonly parsed: Shape;
  /** Source; null where the module has no such method. */
  readonly parse_config: string | null;
  readonly callbacks: readonly DescribedCallback[];
}

const ShapeSchema: z.ZodType<Shape> = z.lazy(() =>
  z.discriminatedUnion("is", [
    z.object({ is: z.enum(["none", "str"]) }),
    z.object({ is: z.enum(["bool", "int", "float"]), value: z.string().nullable() }),
    z.object({ is: z.literal("list"), items: z.array(ShapeSchema) }),
    z.object({ is: z.literal("map"), members: MembersSchema }),
    z.object({ is: z.literal("object"), name: z.string(), members: MembersSchema }),
    z.object({ is: z.literal("other"), name: z.string() }),
  ]),
);

const MembersSchema = z.array(z.tuple([z.string(), ShapeSchema]));

const DescribedSchema = z.object({
  config: ShapeSchema,
  parsed: ShapeSchema,
  parse_config: z.string().nullable(),
  callbacks: z.array(
    z.object({
      kind: z.enum(Object.keys(KINDS) as [KindName, ...KindName[]]),
      nth: z.int(),
      name: z.string(),
      source: z.string().nullable(),
    }),
  ),
});

const DEADLINE_MS = 30_000;

/** Asks a child about a module that is constructed. Rejects where it cannot be asked. */
export async function describePythonModule(child: PythonHost, index: number): Promise<DescribedModule> {
  return DescribedSchema.parse(await child.request("describe", { index }, { deadlineMs: DEADLINE_MS }));
}
