const HEAD = "Traceback (most recent call last):";
/** Frames that say nothing about the module: the service's own, the standard library's, other packages'. */
const FOREIGN = /\/media_bridge_shim\/|\/python-shim\/|\/(?:site|dist)-packages\/|\/lib\/python\d|^<frozen /;
/** Marks below a line of code. */
const MARKS = /^\s*[~^][~^\s]*$/;
const MAX_FRAMES = 4;

/**
 * A text in which each Python traceback is its places in the author's own files alone, the innermost first, with the
 * line of code. What it raised is dropped where the text before has said it.
 */
export function shortenTracebacks(text: string): string {
  const lines = text.split("\n");
  const shown: string[] = [];
  while (lines.length > 0) {
    const line = lines.shift() ?? "";
    if (line.trim() !== HEAD) {
      shown.push(line);
      continue;
    }
    const frames = takeFrames(lines);
    const raised = lines.shift() ?? "";
    if (!shown.some((earlier) => earlier.includes(raised.trim()))) shown.push(raised);
    shown.push(...frames);
  }
  return shown.join("\n");
}

/** Takes the indented lines of a traceback off the front. */
function takeFrames(lines: string[]): string[] {
  const frames: string[] = [];
  while (/^\s+\S/.test(lines[0] ?? "")) {
    const line = lines.shift() ?? "";
    const frame = /^\s+File "(?<file>.+)", line (?<number>\d+)(?:, in (?<name>.+))?$/.exec(line)?.groups;
    if (frame === undefined) continue;
    const code =
      /^\s+(?:File "|\[)/.test(lines[0] ?? "") || !/^\s+\S/.test(lines[0] ?? "") ? "" : `: ${lines.shift()?.trim()}`;
    while (MARKS.test(lines[0] ?? "") && lines[0] !== "") lines.shift();
    const { file = "", number = "", name } = frame;
    if (FOREIGN.test(file)) continue;
    frames.push(`    at ${file}:${number}${name === undefined || name === "<module>" ? "" : ` in ${name}`}${code}`);
  }
  return frames.toReversed().slice(0, MAX_FRAMES);
}
