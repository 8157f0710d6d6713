import { MatrixError } from "../../errors.ts";
import { toJsonText } from "../../util/text/json-text.ts";
import { type CallbackKinds, KINDS, type KindName } from "../kinds.ts";
import { limitToWire, type MediaUploadLimit } from "../limit.ts";
import type { SlotRecord } from "../slots/slot.ts";
import type { RefusalWords } from "../spam-verdict.ts";
import type { Portable, Said, SaidAnswer } from "./asked.ts";

type Headers = NonNullable<SaidAnswer["headers"]>;

/** The arguments of a question in the form of the wire, as data that can be kept. */
export function portableArgs<K extends KindName>(kind: K, args: CallbackKinds[K]["args"]): Portable[] {
  return (KINDS[kind].toWire as (...given: unknown[]) => unknown[])(...args) as Portable[];
}

/** What a slot said: `value` is the one with which it stopped the walk, if it did. */
export function saidOf(kind: KindName, { outcome, error }: SlotRecord, value: unknown): Said {
  if (outcome === "continue") return { outcome };
  if (outcome === "stop") return { outcome, value: stopToWire(kind, value) };
  if (outcome !== "error") return { outcome };
  if (!MatrixError.is(error)) return { outcome, error: { message: error?.message ?? "" } };
  const { status, errcode, message, headers } = error;
  const named = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]);
  const answer = { status, errcode, body: bodyOf(error) };
  if (named.length === 0) return { outcome, error: { message, answer } };
  return { outcome, error: { message, answer: { ...answer, headers: Object.fromEntries(named) as Headers } } };
}

/** A stopping value in the form of the wire. */
export function stopToWire(kind: KindName, value: unknown): Portable {
  switch (kind) {
    case "get_media_config_for_user":
      return value as string;
    case "get_media_upload_limits_for_user":
      return (value as readonly MediaUploadLimit[]).map((limit) => ({ ...limitToWire(limit) }));
    case "check_media_file_for_spam":
      return portableWords(value as RefusalWords);
    default:
      // The others refuse without a word.
      return null;
  }
}

function portableWords({ errcode, message, fields }: RefusalWords): Portable {
  return {
    ...(errcode !== undefined && { errcode }),
    ...(message !== undefined && { message }),
    // A bigint among them would not survive JSON otherwise.
    ...(fields !== undefined && { fields: toJsonText(fields) }),
  };
}

function bodyOf({ bodyText, errcode, message, fields }: MatrixError): string {
  return bodyText ?? toJsonText({ errcode, error: message, ...fields });
}
