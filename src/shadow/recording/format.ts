import { z } from "zod";
import { nativeArgs } from "../../callbacks/asked/native-args.ts";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { AskedContext, Portable, Said } from "../asked.ts";

export const FORMAT = "media-bridge questions";
export const FORMAT_VERSION = 1;
/** The longest line, without its end, in bytes. */
export const MAX_LINE_BYTES = 2 ** 20;

/** The first line of a recording. */
export interface RecordingHeader {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  readonly server_name: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** The version of the service that began it. */
  readonly service: string;
}

/** What is known of the file that a question is about. */
export interface RecordedFile {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256?: string | undefined;
  /** The content type that was declared. */
  readonly type?: string | undefined;
}

/** Any further line: a question to one module, and what it said (docs/recordings.md). */
export interface RecordedQuestion {
  /** `a.b.Class` of a Python module, the definition's name of a TypeScript one. */
  readonly module: string;
  readonly callback: KindName;
  /** In the form of the wire (docs/bridge-protocol.md). */
  readonly args: readonly Portable[];
  readonly said: Said;
  readonly micros: number;
  /** Unix time in milliseconds. */
  readonly ts: number;
  /** Who made the request, where that is known. */
  readonly user?: string | undefined;
  /** What callbacks were told by their context. */
  readonly context?: AskedContext | undefined;
  readonly file?: RecordedFile | undefined;
}

const PortableSchema: z.ZodType<Portable> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    z.array(PortableSchema),
    z.record(z.string(), PortableSchema),
  ]),
);

const SaidSchema: z.ZodType<Said> = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("continue") }),
  z.object({ outcome: z.literal("stop"), value: PortableSchema }),
  z.object({
    outcome: z.literal("error"),
    error: z.object({
      answer: z
        .object({
          status: z.int(),
          errcode: z.string(),
          body: z.string(),
          headers: z.record(z.string(), z.string()).exactOptional(),
        })
        .exactOptional(),
      message: z.string(),
    }),
  }),
  z.object({ outcome: z.enum(["timeout", "unavailable", "busy"]) }),
]);

const ContextSchema: z.ZodType<AskedContext> = z.object({
  isGuest: z.boolean().optional(),
  isAppservice: z.boolean().optional(),
  upload: z
    .object({
      declaredType: z.string().optional(),
      fileName: z.string().optional(),
      declaredSizeBytes: z.int().optional(),
      sizeBytes: z.int().optional(),
    })
    .optional(),
});

/** Further members are let through: a later release may add some. */
const QuestionSchema = z.object({
  module: z.string(),
  callback: z.enum(Object.keys(KINDS) as [KindName, ...KindName[]]),
  args: z.array(PortableSchema),
  said: SaidSchema,
  micros: z.number(),
  ts: z.int(),
  user: z.string().optional(),
  context: ContextSchema.optional(),
  file: z.object({ bytes: z.int(), sha256: z.string().optional(), type: z.string().optional() }).optional(),
});

const HeaderSchema = z.object({ server_name: z.string(), started: z.string(), service: z.string() });

/** What a first line is: a header, one of another version, or that of a file of another kind. */
export type ReadHeader =
  | { readonly header: RecordingHeader }
  | { readonly version: number; readonly service: string | undefined }
  | undefined;

/** Reads a first line; undefined where the file is not a recording. */
export function readHeader(line: string): ReadHeader {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== FORMAT) return undefined;
  const { version, service } = value as { version?: unknown; service?: unknown };
  if (typeof version !== "number") return undefined;
  if (version !== FORMAT_VERSION) return { version, service: typeof service === "string" ? service : undefined };
  const { data } = HeaderSchema.safeParse(value);
  return data && { header: { format: FORMAT, version: FORMAT_VERSION, ...data } };
}

/** Reads a question. Throws an Error that says what is wrong with it. */
export function readQuestion(line: string): RecordedQuestion {
  const value = /\d{16}/.test(line) ? JSON.parse(line, refuseInexact) : (JSON.parse(line) as unknown);
  const { data, error } = QuestionSchema.safeParse(value);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw new TypeError(`${issue?.path.join(".") || "the line"} is not as it should be`);
  }
  nativeArgs(data.callback, data.args);
  return data;
}

/** A header or a question as a line, with its end. */
export function toLine(value: RecordingHeader | RecordedQuestion): string {
  return `${JSON.stringify(value)}\n`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** Integers of that size are text in the form of the wire; as numbers they would be read as others. */
function refuseInexact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`${context?.source ?? "a number"} is beyond 2^53, and is to be text`);
  }
  return value;
}
