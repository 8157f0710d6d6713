import { ModuleFailure } from "../callbacks/failure.ts";
import type { SlotRecord } from "../callbacks/slots/slot.ts";
import { isReportOnly } from "../callbacks/report-only/unenforced.ts";
import { MatrixError } from "../errors.ts";
import type { HttpAnswer } from "./call-answer.ts";

/** What `media-bridge call` prints: who said what, who decided, and the HTTP answer that follows. Plain JSON. */
export interface CallReport {
  readonly callback: string;
  readonly slots: readonly SlotReport[];
  /** From 1; null where no callback decided. */
  readonly decidedBy: number | null;
  readonly http: HttpAnswer;
}

/** What one callback did, for people and for `--json`. */
export interface SlotReport {
  readonly module: string;
  readonly language: string;
  readonly callback: string;
  readonly outcome: string;
  readonly milliseconds: number;
  readonly answer?: string;
  readonly error?: string;
  /** Whether the error is an answer in the module's own words, such as a `SynapseError`. */
  readonly isRefusal: boolean;
  /** Where it failed: for the operator only, clients do not see it. */
  readonly traceback?: string;
  readonly warning?: string;
  /** Errors and warnings that the module logged during the call: an error that it swallows shows nowhere else. */
  readonly said?: readonly string[];
  /** Whether its module is not enforced: it decides nothing. */
  readonly isReportOnly?: true;
  /** What it would have done, if its module were enforced. */
  readonly would?: WouldReport;
}

/** What a callback that is not enforced would have done. */
export interface WouldReport {
  readonly what: "refuse" | "answer";
  /** After "it would". */
  readonly words: string;
}

/** One slot's record in the form in which it is printed; `would` says what it does not do, as it is not enforced. */
export function reportSlot(record: SlotRecord, would?: WouldReport): SlotReport {
  const { slot, outcome, micros, answer, error, warning, said = [] } = record;
  const traceback = tracebackOf(error);
  return {
    module: slot.module.name,
    language: slot.language,
    callback: slot.name,
    outcome,
    milliseconds: micros / 1000,
    isRefusal: MatrixError.is(error),
    ...(answer !== undefined && { answer }),
    ...(error !== undefined && { error: describeError(error) }),
    ...(traceback !== undefined && { traceback }),
    ...(warning !== undefined && { warning }),
    ...(said.length > 0 && { said }),
    ...(isReportOnly(slot) && { isReportOnly: true }),
    ...(would !== undefined && { would }),
  };
}

/** The report for people. */
export function formatReport({ slots, decidedBy, http }: CallReport): string {
  const lines = slots.flatMap((slot, index) => {
    const [first, ...rest] = formatSlot(slot);
    return [`${index + 1}. ${first}`, ...rest];
  });
  const answer = http.status === null ? http.meaning : `${http.status} ${http.body ?? ""} (${http.meaning})`;
  return [
    ...(lines.length > 0 ? lines : ["no module registered this callback"]),
    `decided by: ${decidedBy ?? "no module"}`,
    `HTTP: ${answer}`,
  ].join("\n");
}

/** What one callback did: a line, and below it where it failed and what its module logged. */
export function formatSlot(slot: SlotReport): string[] {
  const { module, language, outcome, milliseconds, answer, error, traceback, warning, said = [], would } = slot;
  const kind = slot.isReportOnly ? `${language}, report only` : language;
  const outcomes = [answer, error, warning].filter((text) => text !== undefined).join("; ");
  return [
    `${module} (${kind}): ${outcome} in ${milliseconds} ms${outcomes && `: ${outcomes}`}`,
    ...(would === undefined ? [] : indent(`not enforced: it would ${would.words}`)),
    ...(traceback === undefined ? [] : indent(traceback)),
    ...said.flatMap((line) => indent(`logged ${line}`)),
  ];
}

function indent(text: string): string[] {
  return text.split("\n").map((line) => `     ${line}`);
}

function describeError(error: Error): string {
  if (MatrixError.is(error)) return `${error.status} ${error.errcode}: ${error.message}`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // What a module threw is named by its class, as what a Python module raised is.
  if (cause.message === error.message) return `${cause.name}: ${cause.message}`;
  return error.message.includes(cause.message) ? error.message : `${error.message}: ${cause.message}`;
}

function tracebackOf(error: Error | undefined): string | undefined {
  if (!(error instanceof ModuleFailure)) return undefined;
  const stack = error.cause instanceof Error ? error.cause.stack : undefined;
  return (error.traceback ?? stack)?.trimEnd();
}
