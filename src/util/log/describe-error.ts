import { shortenTracebacks } from "./shorten-traceback.ts";

/** Errors whose message is written for the operator: their own stack says nothing more. */
const FOR_OPERATORS = /^(?:StartError|ModuleLoadError): /;
const CAUSE = /\ncaused by: /;
const FRAME = /\n {4}at /;
/** Frames that say nothing about the error: the runtime's, and those of packages. */
const RUNTIME = /\((?:node:|<anonymous>)|(?:^|at )node:|[/\\]node_modules[/\\]|^async Promise\.|^<anonymous>/;
/** This package, as it is built and as it is written: the folder that this file's folder lies in. */
const OURS = new URL("../..", import.meta.url);
const MAX_FRAMES = 4;

/** Errors as pino writes them under `err`. */
export interface LoggedError {
  readonly stack?: unknown;
  readonly message?: unknown;
}

/**
 * An error in few lines: what happened, and the places in the author's own files, the innermost first. They are
 * those of the innermost cause that has any. Where this package itself is at fault, they are in its own files.
 */
export function describeError(error: unknown): string {
  const { stack, message } = (error ?? {}) as LoggedError;
  if (typeof stack !== "string") return typeof message === "string" ? message : JSON.stringify(error);
  const errors = stack.split(CAUSE).map(readError);
  const shown: string[] = [];
  for (const { head } of errors) {
    const said = shortenTracebacks(head.replace(FOR_OPERATORS, ""));
    const words = said.replace(/^[\w$]+: /, "");
    if (shown.some((earlier) => earlier.includes(words))) continue;
    shown.push(shown.length === 0 ? said : `caused by: ${said}`);
  }
  const places = errors
    .map(({ frames }) => frames.filter((frame) => !isOurs(frame)))
    .findLast(({ length }) => length > 0);
  const first = errors[0];
  const own = first !== undefined && !FOR_OPERATORS.test(first.head) ? errors.at(-1)?.frames : undefined;
  const text = shown.join("\n");
  const frames = (places ?? own ?? []).filter((frame) => !text.includes(placeOf(frame))).slice(0, MAX_FRAMES);
  return [text, ...frames.map((frame) => `    at ${frame}`)].join("\n");
}

/** What the error says, and its frames without those of the runtime. */
function readError(text: string): { head: string; frames: string[] } {
  const [head = "", ...frames] = text.split(FRAME);
  return { head, frames: frames.map((frame) => frame.split("\n")[0] ?? "").filter((frame) => !RUNTIME.test(frame)) };
}

function isOurs(frame: string): boolean {
  return frame.includes(OURS.href) || frame.includes(OURS.pathname);
}

/** `file:line:column` of a frame. */
function placeOf(frame: string): string {
  return /\((?<place>[^()]+)\)$/.exec(frame)?.groups?.["place"] ?? frame;
}
