import { CallContext } from "../callbacks/context/call-context.ts";
import type { CallerFacts } from "../callbacks/context/caller.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { MediaUploadLimit } from "../callbacks/limit.ts";
import type { CallbackRegistry } from "../callbacks/slots/registry.ts";
import type { FileInfo } from "../media-file.ts";
import type { MediaRepositoryCallbacks, SpamCheckerCallbacks } from "../module-api/definition.ts";
import type { Logger } from "../util/log.ts";

type Callbacks = Required<MediaRepositoryCallbacks & SpamCheckerCallbacks>;

/** A callback, by the name under which a TypeScript module registers it. */
export type CallbackName = keyof Callbacks;

/** What a test says of each call. */
export interface CallbackArguments {
  getMediaConfigForUser: [userId: string];
  isUserAllowedToUploadMediaOfSize: [userId: string, sizeBytes: number];
  getMediaUploadLimitsForUser: [userId: string, sizeBytes: number];
  onMediaUploadLimitExceeded: [userId: string, limit: MediaUploadLimit, sentBytes: number, attemptedBytes: number];
  /** The file's bytes (a text for its UTF-8), and what else is known of it: a local file where that is absent. */
  checkMediaFileForSpam: [content: string | Uint8Array, info?: Partial<FileInfo>];
  onMediaUploaded: [userId: string, mediaId: string, sizeBytes: number];
  onMediaDeleted: [mediaId: string];
}

/** What a callback answers. */
export type CallbackAnswer<Name extends CallbackName> = Awaited<ReturnType<Callbacks[Name]>>;

/** The kind of a callback. Throws a TypeError where there is none of this name. */
export function kindOf(name: string): KindName {
  const kind = (Object.keys(KINDS) as KindName[]).find((key) => KINDS[key].typescriptName === name);
  if (kind === undefined) throw new TypeError(`there is no callback ${name}`);
  return kind;
}

/**
 * Asks what a module has registered of one kind, in order, until an answer stops the walk; a notification is told to
 * all. Resolves to the last answer. Rejects with what a callback threw, and with a TypeError for an answer of a wrong
 * type.
 */
export async function askCallbacks<K extends KindName>(
  registry: CallbackRegistry,
  kind: K,
  args: CallbackKinds[K]["args"],
  { facts, log }: { readonly facts: CallerFacts; readonly log: Logger },
): Promise<unknown> {
  const slots = registry.slots(kind).filter((slot) => slot.language === "typescript");
  if (slots.length === 0) throw new TypeError(`the module registers no ${KINDS[kind].typescriptName}`);
  const failures: unknown[] = [];
  let answer: unknown;
  for (const { call, name } of slots) {
    try {
      const context = new CallContext(facts);
      answer = await call(...KINDS[kind].toNative(...args), context);
    } catch (error) {
      if (!KINDS[kind].notification) throw error;
      failures.push(error);
      continue;
    }
    const verdict = KINDS[kind].judge(answer);
    if (verdict.warning !== undefined) log.warn({ callback: name }, verdict.warning);
    if (verdict.stop) break;
  }
  if (failures.length > 0) throw failures[0];
  return answer;
}
