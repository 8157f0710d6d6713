import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Asked, AskedContext, Portable, Said } from "../asked.ts";
import { canonicalText } from "../compare/canonical.ts";
import type { Comparison, ComparisonClass } from "../compare/compare-said.ts";
import type { Compared } from "../compared.ts";
import { factsOfFile, sampleOfFile } from "./asked-file.ts";
import type { ShadowKey } from "./shadow-key.ts";

/** What is kept of one question. */
export interface KeptQuestion {
  readonly callback: KindName;
  readonly class: ComparisonClass;
  /** Whether the original agreed with itself; undefined where it was not asked twice. */
  readonly agreed: boolean | undefined;
  readonly ignoreFailed: boolean;
  readonly askedTs: number;
  /** undefined where a module gave no answer. */
  readonly originalMicros: number | undefined;
  readonly candidateMicros: number | undefined;
  /** Present where the question counts for the proof. */
  readonly distinct: { readonly user: bigint | undefined; readonly args: bigint } | undefined;
  readonly difference: DifferenceRow | undefined;
  /** Characters of the difference. */
  readonly size: number;
}

/** A difference as the database has it. */
export interface DifferenceRow {
  readonly fingerprint: Buffer;
  readonly userId: string | null;
  readonly args: string;
  /** What the modules were told by their context, as JSON text. */
  readonly context: string | null;
  readonly file: string | null;
  readonly original: string;
  readonly candidate: string;
  readonly effects: string | null;
  readonly originalMicros: number;
  readonly candidateMicros: number;
}

/** How a question was compared. */
export interface Judgement {
  readonly comparison: Comparison;
  readonly agreed: boolean | undefined;
  readonly ignoreFailed: boolean;
}

/** Classes of which no difference is kept: there is none, or the candidate is not to blame. */
const WITHOUT_DIFFERENCE: ReadonlySet<ComparisonClass> = new Set(["same", "ignored", "dropped", "control_failed"]);
/** Classes of questions that say nothing about the candidate. */
const WITHOUT_PROOF: ReadonlySet<ComparisonClass> = new Set(["dropped", "control_failed"]);

/** What is to be kept of a question. Reads its file, if it has one. */
export function keepQuestion(compared: Compared, judgement: Judgement, key: ShadowKey): KeptQuestion {
  const { asked, said, micros } = compared.answered;
  const { comparison, agreed, ignoreFailed } = judgement;
  const userId = userOf(asked);
  const difference = WITHOUT_DIFFERENCE.has(comparison.class) ? undefined : differenceOf(compared, comparison, key);
  return {
    callback: asked.kind,
    class: comparison.class,
    agreed,
    ignoreFailed,
    askedTs: asked.askedTs,
    originalMicros: hasTime(said) ? micros : undefined,
    candidateMicros: hasTime(compared.candidate.said) ? compared.candidate.micros : undefined,
    distinct: WITHOUT_PROOF.has(comparison.class)
      ? undefined
      : {
          user: userId === undefined ? undefined : key.hash(userId),
          args: key.hash(identityOf(asked, sampled(asked))),
        },
    difference,
    size: difference === undefined ? 0 : sizeOf(difference),
  };
}

function differenceOf(compared: Compared, comparison: Comparison, key: ShadowKey): DifferenceRow {
  const { asked, said, micros } = compared.answered;
  const { candidate } = compared;
  const file = asked.file === undefined ? null : JSON.stringify(factsOfFile(asked.file));
  const told = askerOf(asked);
  const identity = [identityOf(asked, file ?? ""), portableText(said), portableText(candidate.said), ...told];
  return {
    fingerprint: key.fingerprint(`${comparison.class} ${identity.join("\n")}`),
    userId: userOf(asked) ?? null,
    args: JSON.stringify(keptArgs(asked, key)),
    context: asked.context === undefined ? null : JSON.stringify(keptContext(asked.context, key)),
    file,
    original: JSON.stringify(said),
    candidate: JSON.stringify(candidate.said),
    effects: comparison.effects === undefined ? null : JSON.stringify(comparison.effects),
    originalMicros: Math.round(micros),
    candidateMicros: Math.round(candidate.micros),
  };
}

/** The user that a question is for, or who makes the request. */
export function userOf({ kind, args, user }: Pick<Asked, "kind" | "args" | "user">): string | undefined {
  const named = KINDS[kind].namesUser ? args[0] : undefined;
  return typeof named === "string" ? named : user;
}

/** One text for all questions that are equal; a file is what it contains, wherever it lies and whatever its id is. */
function identityOf({ kind, args, file }: Asked, content: string): string {
  if (kind !== "check_media_file_for_spam" || file === undefined) return `${kind} ${canonicalText(args)}`;
  const { file_id: _id, ...info } = args[1] as { readonly [name: string]: Portable };
  return `${kind} ${content} ${canonicalText(info)}`;
}

function sampled({ file }: Asked): string {
  return file === undefined ? "" : sampleOfFile(file);
}

/** The arguments as they are, but for the path of a file: it names a folder of this machine. */
function keptArgs({ kind, args }: Asked, key: ShadowKey): readonly Portable[] {
  const [path, ...rest] = args;
  if (kind !== "check_media_file_for_spam" || typeof path !== "string") return args;
  return [`hmac:${key.hide(path)}`, ...rest];
}

/** Which kind of user asks, and of which type the file is said to be: modules decide by these. */
function askerOf({ context }: Asked): string[] {
  if (context === undefined) return [];
  const { isGuest, isAppservice, upload } = context;
  return [JSON.stringify([isGuest ?? null, isAppservice ?? null, upload?.declaredType ?? null])];
}

/** The name of a file is what a user chose to tell the service, and not who reads a report. */
function keptContext({ upload, ...context }: AskedContext, key: ShadowKey): AskedContext {
  const { fileName } = upload ?? {};
  if (upload === undefined || fileName === undefined) return { ...context, upload };
  return { ...context, upload: { ...upload, fileName: `hmac:${key.hide(fileName)}` } };
}

function hasTime({ outcome }: Said): boolean {
  return outcome !== "unavailable" && outcome !== "busy";
}

function portableText(said: Said): string {
  return canonicalText(said as unknown as Portable);
}

function sizeOf({ args, context, original, candidate, effects }: DifferenceRow): number {
  return args.length + (context?.length ?? 0) + original.length + candidate.length + (effects?.length ?? 0);
}
