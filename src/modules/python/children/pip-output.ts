/** pip's lines about packages with which nothing is wrong. */
const PROGRESS =
  /^\s*(?:(?:Collecting|Downloading|Using cached|Requirement already satisfied|Obtaining|Processing|Building wheels?|Created wheel|Stored in|Preparing metadata|Installing build dependencies|Getting requirements to build wheel|Looking in|Saved|Successfully)\b|[━╸╺ \d.]+ ?[kMG]?B\b|━)/;
/** Words by which pip, setuptools, compilers and linkers name a cause. */
const CAUSE =
  /error|not found|cannot|could not|no such|no matching|missing|required|failed|denied|unable|conflict|fatal/i;
const MOST_LINES = 30;
const MOST_CHARACTERS = 300;

/**
 * The lines of a failed pip run that say why: without progress output, and of many lines those that name a cause, which
 * a compiler's output often has at its beginning, and the last ones.
 */
export function linesThatMatter(text: string | undefined): string {
  const lines = (text ?? "").split("\n").filter((line) => line.trim() !== "" && !PROGRESS.test(line));
  const shown = lines.length <= MOST_LINES ? lines : selectLines(lines);
  return shown.map((line) => line.slice(0, MOST_CHARACTERS)).join("\n");
}

function selectLines(lines: readonly string[]): string[] {
  const causes = lines.flatMap((line, index) => (CAUSE.test(line) ? [index] : [])).slice(0, MOST_LINES / 2);
  const last = Array.from({ length: MOST_LINES - causes.length }, (_, position) => lines.length - 1 - position);
  const chosen = [...new Set([...causes, ...last])].toSorted((left, right) => left - right);
  return chosen.flatMap((index, position) => {
    const isGap = index > 0 && chosen[position - 1] !== index - 1;
    return isGap ? ["  …", lines[index] ?? ""] : [lines[index] ?? ""];
  });
}
