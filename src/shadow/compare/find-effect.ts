import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { WireLimit } from "../../callbacks/limit.ts";
import { CATALOGUE, type ErrorCode } from "../../errors.ts";
import type { Portable, Said, SaidAnswer } from "../asked.ts";
import { canonicalJson, canonicalMembers, canonicalText, joinMembers } from "./canonical.ts";
import type { Effect, EffectFacts, ErrorEffect } from "./effect.ts";
import { configuredLimit, limitEffects, refusalFields } from "./limit-effects.ts";

const NO_HEADERS = "{}";

/** What a client would get if this module said this, and those before it had let the walk continue. */
export function findEffect(kind: KindName, args: readonly Portable[], said: Said, facts: EffectFacts): Effect {
  if (KINDS[kind].notification) return effectOfNotification(kind, args, said, facts);
  switch (said.outcome) {
    case "continue":
      return facts.askedNext.includes(kind) ? { follows: "next" } : effectOfDefault(kind, facts);
    case "stop":
      return effectOfStop(kind, said.value, facts);
    case "error":
      return said.error.answer === undefined ? catalogued("MODULE_FAILED") : wordedError(said.error.answer);
    case "busy":
      return catalogued("MODULES_BUSY");
    default:
      return catalogued("MODULE_UNAVAILABLE");
  }
}

/** What follows where no module decides. */
function effectOfDefault(kind: KindName, facts: EffectFacts): Effect {
  switch (kind) {
    case "get_media_config_for_user":
      return answered(canonicalText({ "m.upload.size": facts.maxUploadSizeBytes }));
    case "get_media_upload_limits_for_user":
      return limited(facts.mediaUploadLimits.map(configuredLimit), facts);
    default:
      return { follows: "pass" };
  }
}

function effectOfStop(kind: KindName, value: Portable, facts: EffectFacts): Effect {
  switch (kind) {
    case "get_media_config_for_user":
      return answered(canonicalJson(value as string));
    case "get_media_upload_limits_for_user":
      return limited(value as unknown as readonly WireLimit[], facts);
    case "check_media_file_for_spam":
      return badContent(facts.wordsOfRefusalsAreFixed === true ? {} : ((value ?? {}) as RefusalOnWire));
    default:
      return catalogued("UPLOAD_TOO_LARGE");
  }
}

/** Only a refusal by a limit has an answer that a notification can word, and a failure changes nothing about it. */
function effectOfNotification(
  kind: KindName,
  args: readonly Portable[],
  said: Said,
  { limitPage, askedNext }: EffectFacts,
): Effect {
  if (kind !== "on_media_upload_limit_exceeded") return { follows: "pass" };
  if (said.outcome === "error" && said.error.answer !== undefined) return wordedError(said.error.answer);
  if (askedNext.includes(kind)) return { follows: "next" };
  const limit = (args[1] ?? {}) as Partial<WireLimit>;
  return { ...catalogued("LIMIT_EXCEEDED"), fields: joinMembers(refusalFields(limit, limitPage)) };
}

/** The words of a refused file in the form of the wire; a Python module has none. */
interface RefusalOnWire {
  readonly errcode?: string | null;
  readonly message?: string | null;
  /** As JSON text, in which integers of any size are exact; or as they are. */
  readonly fields?: string | { readonly [name: string]: Portable } | null;
}

function badContent({ errcode, message, fields }: RefusalOnWire): ErrorEffect {
  const own = catalogued("BAD_CONTENT");
  const named = { errcode: errcode ?? own.errcode, error: message ?? own.error };
  const more = typeof fields === "string" ? fields : canonicalText(fields ?? {});
  // A field may take the place of the errcode and the words, as in the body that is sent.
  const members = [...Object.entries(named).map(toCanonical), ...(canonicalMembers(more) ?? [])];
  return readBody(own.status, new Map(members), NO_HEADERS);
}

function toCanonical([name, value]: [string, Portable]): [string, string] {
  return [name, canonicalText(value)];
}

/** The body decides what the client gets; the errcode beside it is only said where the body names none. */
function wordedError({ status, errcode, body, headers }: SaidAnswer): ErrorEffect {
  const members = canonicalMembers(body);
  const brought = canonicalText(headers ?? {});
  if (members !== undefined) return readBody(status, members, brought);
  return { follows: "error", status, errcode, error: "", fields: canonicalJson(body), headers: brought };
}

function readBody(status: number, members: Map<string, string>, headers: string): ErrorEffect {
  const { errcode = "null", error = "null" } = Object.fromEntries(members);
  members.delete("errcode");
  members.delete("error");
  const fields = joinMembers(members);
  return { follows: "error", status, errcode: plain(errcode), error: plain(error), fields, headers };
}

/** A text as it is, and another value as its JSON text. */
function plain(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

function catalogued(code: ErrorCode): ErrorEffect {
  const [status, errcode, error, retryAfterSeconds] = CATALOGUE[code];
  const headers =
    retryAfterSeconds === undefined ? NO_HEADERS : canonicalText({ "retry-after": String(retryAfterSeconds) });
  return { follows: "error", status, errcode, error, fields: "{}", headers };
}

function answered(body: string): Effect {
  return { follows: "answer", status: 200, body };
}

function limited(limits: readonly Partial<WireLimit>[], { limitPage }: EffectFacts): Effect {
  return { follows: "limits", limits: limitEffects(limits, limitPage) };
}
