import { ModuleFailure } from "../callbacks/failure.ts";
import type { SlotRecord } from "../callbacks/slot.ts";
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
}

/** One slot's record in the form in which it is printed. */
export function reportSlot({ slot, outcome, micros, answer, error, warning, said = [] }: SlotRecord): SlotReport {
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
  const { module, language, outcome, milliseconds, answer, error, traceback, warning, said = [] } = slot;
  const outcomes = [answer, error, warning].filter((text) => text !== undefined).join("; ");
  return [
    `${module} (${language}): ${outcome} in ${milliseconds} ms${outcomes && `: ${outcomes}`}`,
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
