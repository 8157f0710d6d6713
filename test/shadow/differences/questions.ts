import { createLogger, type Logger } from "../../../src/util/log.ts";
import type { AskedContext, Portable, Said } from "../../../src/shadow/asked.ts";
import type { Compared, Pair } from "../../../src/shadow/compared.ts";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { DifferenceStore, type DifferenceStoreOptions } from "../../../src/shadow/differences/difference-store.ts";
import { ALONE, CONTINUE, stop } from "../compare/answers.ts";

export const ALLOWED = "is_user_allowed_to_upload_media_of_size";

export const PAIR: Pair = {
  index: 0,
  original: { name: "a.b.Limits", language: "python", filesHash: "1".repeat(64), configHash: "2".repeat(64) },
  candidate: { name: "/m/limits.ts", language: "typescript", filesHash: "3".repeat(64), configHash: "2".repeat(64) },
};

/** What may be unlike the usual question: is alice allowed to upload 10 bytes? Both let the walk continue. */
export interface Unlike {
  readonly kind?: KindName;
  readonly args?: readonly Portable[];
  readonly original?: Said;
  readonly candidate?: Said;
  readonly again?: Said;
  readonly askedTs?: number;
  readonly micros?: number;
  readonly candidateMicros?: number;
  readonly file?: { readonly path: string; readonly lengthBytes: number };
  readonly user?: string;
  readonly context?: AskedContext;
}

export function compared(unlike: Unlike = {}): Compared {
  const { kind = ALLOWED, args = ["@alice:example.test", 10], micros = 100, candidateMicros = 50 } = unlike;
  const { original = CONTINUE, candidate = CONTINUE, again, file, user, context, askedTs = Date.now() } = unlike;
  return {
    answered: { asked: { kind, args, askedTs, file, user, context }, said: original, micros },
    candidate: { said: candidate, micros: candidateMicros },
    again: again && { said: again, micros },
  };
}

/** A question of which the candidate refuses an upload of this size. */
export function refused(size: number, unlike: Unlike = {}): Compared {
  return compared({ args: ["@alice:example.test", size], candidate: stop(), ...unlike });
}

/** A log, and its lines. */
export function capture(): { readonly lines: string[]; readonly log: Logger } {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line: string) => lines.push(line) } as never);
  return { lines, log };
}

export function openStore(dataPath: string, options: Partial<DifferenceStoreOptions> = {}): DifferenceStore {
  return new DifferenceStore({ dataPath, pair: PAIR, facts: ALONE, log: capture().log, ...options });
}
