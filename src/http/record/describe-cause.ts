const MAX_LENGTH = 500;
/** How many causes of causes are logged. */
const MAX_DEPTH = 4;

/** What made an error happen, in words: its cause, the cause of that, and so on; undefined where nothing is known. */
export function describeCause({ cause }: { readonly cause?: unknown }): string | undefined {
  const parts: string[] = [];
  for (let at = cause; at !== undefined && parts.length < MAX_DEPTH; at = at instanceof Error ? at.cause : undefined) {
    const part = describe(at);
    // Many a wrapper repeats the words of what it wraps.
    if (!parts.some((known) => known.includes(part))) parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join(", by ").slice(0, MAX_LENGTH);
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`;
  // Where none of several addresses could be reached, the message is empty.
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  if (thrown.message === "") return code || thrown.name;
  return code === "" || thrown.message.includes(code) ? thrown.message : `${code}: ${thrown.message}`;
}
