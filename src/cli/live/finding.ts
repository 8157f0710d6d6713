/** What a check of the running set-up found. */
export interface Finding {
  readonly level: "ok" | "problem" | "note" | "skipped";
  readonly text: string;
  /** What to change. */
  readonly remedy?: string;
}

export function ok(text: string): Finding {
  return { level: "ok", text };
}

export function problem(text: string, remedy: string): Finding {
  return { level: "problem", text, remedy };
}

export function note(text: string): Finding {
  return { level: "note", text };
}

/** A check that could not be made, and why. */
export function skipped(what: string, why: string): Finding {
  return { level: "skipped", text: `${what}: ${why}` };
}

/** A line for each finding, and one for what to change. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ level, text, remedy }) => [`${level.padEnd(7)}  ${text}`, ...(remedy ? [`         → ${remedy}`] : [])])
    .join("\n");
}
