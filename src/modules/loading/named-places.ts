/** A part of a text, `end` not included. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether the whole of it can be a value of a configuration. */
  readonly canBeValue?: boolean;
}

/**
 * Lines that belong to code: of a Python traceback, with the code below it where that is the service's own, and of a
 * JavaScript stack.
 */
const FRAMES =
  /^ *File "[^"\n]*\/(?:media_bridge_shim|compat\/synapse)\/[^"\n]*", line \d+[^\n]*(?:\n {4}[^\n]*)*|^ *File "[^"\n]*", line \d+[^\n]*|^ +at [^\n]*/gmu;

const AT_START = String.raw`(?<![^\s'"\x60(\[{<=,])`;
/** `/srv/media`, `./modules`, `~/x`, `file:///srv/x`; then `modules/rules.py`; then `rules.Rules`. */
const NAMES = new RegExp(
  [
    String.raw`${AT_START}(?:file:\/\/)?(?:~|\.{1,2})?\/[^\s'"\x60:;,()<>\[\]{}|]*`,
    String.raw`${AT_START}[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*\.(?:py|[cm]?[jt]s|json|ya?ml|toml|db|so)(?![A-Za-z0-9_.-])`,
    String.raw`(?<![A-Za-z0-9_.@-])[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+(?![A-Za-z0-9_-])`,
  ].join("|"),
  "gu",
);

/** Where a text has file paths, names of files, dotted names of modules and classes, and frames of tracebacks. */
export function placesOfNames(text: string): Place[] {
  const frames = [...text.matchAll(FRAMES)].map(({ 0: frame, index }) => ({ start: index, end: index + frame.length }));
  const names = [...text.matchAll(NAMES)].map(({ 0: name, index }) => {
    // A full stop after a path ends the sentence.
    return { start: index, end: index + name.replace(/[.!?]+$/, "").length, canBeValue: true };
  });
  return [...frames, ...names];
}
