import { z } from "zod";
import { field } from "./fields.ts";
import { MediaBridgeSchema } from "./media-bridge.ts";
import { synapseShape } from "./synapse.ts";

/** The whole configuration: Synapse's keys that the service acts on, and its own under `media_bridge`. */
export const ConfigSchema = z.object({
  ...synapseShape,
  media_bridge: field(MediaBridgeSchema, {
    form: "a mapping",
    description: "Everything that is not Synapse's.",
  }),
});

export type Settings = z.infer<typeof ConfigSchema>;

/**
 * The mapping that a schema describes, through defaults, and that a list or a record holds; undefined where it does not
 * describe one.
 */
export function findMapping(schema: z.core.$ZodType | undefined): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodArray) return findMapping(schema.element);
  if (schema instanceof z.ZodRecord) return findMapping(schema.valueType);
  if (schema instanceof z.ZodUnion) return schema.options.map(findMapping).find((mapping) => mapping !== undefined);
  return isWrapper(schema) ? findMapping(schema.unwrap()) : undefined;
}

/** The default of a key as the schema has it, in the form in which it is written in a file. */
export function findDefault(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return isWrapper(schema) ? findDefault(schema.unwrap()) : undefined;
}

/** The names that a mapping may hold at a path of keys and positions, for suggestions. */
export function listNames(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType | undefined = ConfigSchema;
  for (const step of path) if (typeof step === "string") schema = findMember(schema, step);
  return Object.keys(findMapping(schema)?.shape ?? {});
}

/** The value at a key of a mapping, or of a record, whose keys are free names. */
function findMember(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return isWrapper(schema) ? findMember(schema.unwrap(), key) : findMapping(schema)?.shape[key];
}

type Wrapper = z.ZodOptional | z.ZodNullable | z.ZodPrefault;

function isWrapper(schema: z.core.$ZodType | undefined): schema is Wrapper {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodPrefault;
}
