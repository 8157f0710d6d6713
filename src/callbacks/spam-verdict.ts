import { type MatrixError, matrixError } from "../errors.ts";
import { isPlainObject, toJsonText } from "../util/text/json-text.ts";
import type { Verdict } from "./kinds.ts";
import { describeType } from "./limit.ts";

/** What the client of a refused upload is told; what is left out is as in Synapse: `M_UNKNOWN`, "Bad content". */
export interface RefusalWords {
  readonly errcode?: string | undefined;
  readonly message?: string | undefined;
  /** More members of the answer's JSON body, of any name. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** The verdict that a file is refused, made by {@link refuse}. */
export interface Refusal {
  readonly verdict: "refuse";
  readonly words: RefusalWords;
}

/** "The file is fine", a verdict of `checkMediaFileForSpam`; `false` means the same. Python's `NOT_SPAM`. */
export const NOT_SPAM = "NOT_SPAM";

/** The verdict of `checkMediaFileForSpam` that the file is fine. The same as {@link NOT_SPAM}. */
export const allow = NOT_SPAM;

/**
 * The verdict of `checkMediaFileForSpam` that the file is refused: an upload is answered 400 with these words, and
 * nothing is stored. Where no client waits for an upload (media of another server, a thumbnail) the file is not kept or
 * not made.
 *
 * @example return refuse({ errcode: "M_FORBIDDEN", message: "No archives here", fields: { "org.example.help": url } });
 */
export function refuse(words: RefusalWords = {}): Refusal {
  return { verdict: "refuse", words };
}

/**
 * Judges what a TypeScript module answers about a file. What is neither an acceptance nor a known refusal counts as a
 * refusal, with a warning. Throws TypeError for a refusal whose words cannot be sent.
 */
export function judgeSpam(answer: unknown): Verdict<"check_media_file_for_spam"> {
  if (answer === NOT_SPAM || answer === false) return { stop: false };
  if (answer === true || isErrcode(answer) || isErrcodeWithFields(answer)) return { stop: true, value: {} };
  const words = readRefusal(answer);
  if (words !== undefined) return { stop: true, value: words };
  return { stop: true, value: {}, warning: `answered ${describeType(answer)}, which counts as a refusal` };
}

function isErrcode(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9_.]*_[A-Z0-9_]+$/.test(value);
}

function isErrcodeWithFields(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isErrcode(value[0]) && isPlainObject(value[1]);
}

/** The words of a refusal; undefined for another answer. Throws TypeError where they cannot be sent. */
function readRefusal(answer: unknown): RefusalWords | undefined {
  // Of another copy of this package, say: what counts is what it says.
  if (!isPlainObject(answer) || answer["verdict"] !== "refuse") return undefined;
  const { words } = answer;
  if (!isPlainObject(words)) throw new TypeError("answered a refusal without words: use refuse({ … })");
  const { errcode, message, fields = {} } = words;
  for (const [name, text] of Object.entries({ errcode, message })) {
    if (text !== undefined && typeof text !== "string")
      throw new TypeError(`answered a refusal whose ${name} is ${describeType(text)} where a text is due`);
  }
  if (!isPlainObject(fields)) throw new TypeError(`answered a refusal whose fields are ${describeType(fields)}`);
  toJsonText({ errcode: errcode ?? "", message: message ?? "", fields });
  return { errcode: errcode as string | undefined, message: message as string | undefined, fields };
}

/** The error that refuses a file, in the words of the module that refuses it. */
export function badContent({ fields, ...words }: RefusalWords): MatrixError {
  return matrixError("BAD_CONTENT", { ...words, fields: { ...fields } });
}
