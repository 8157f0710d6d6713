/** Shown apart, or not at all. */
const APART = new Set(["level", "time", "msg", "err", "traceback", "python"]);
/** A longer value is cut: the line is to be read at a glance, and JSON has it whole. */
const MAX_VALUE_LENGTH = 200;
const PLAIN = /^[^\s"=]+$/;

/** A fact of a log line: its name, dotted where it lies within another one, and its value in one word. */
export type Fact = readonly [name: string, value: string];

/** The facts of a log line, in the order in which they were logged. */
export function describeFacts(line: Readonly<Record<string, unknown>>): Fact[] {
  const { logger } = (line["python"] ?? {}) as { logger?: unknown };
  const facts = Object.entries(line).filter(([name]) => !APART.has(name));
  return (
    [...facts, ...(logger === undefined ? [] : [["logger", logger] as const])]
      // Its name says the number too.
      .filter(([name]) => name !== "request" || line["requestId"] === undefined)
      .flatMap(([name, value]) => describeFact(name, value))
  );
}

function describeFact(name: string, value: unknown): Fact[] {
  if (isAddress(value))
    return [[name, value.family === "IPv6" ? `[${value.address}]:${value.port}` : `${value.address}:${value.port}`]];
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return [[name, toWord(value.map(String).join(","))]];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, toWord(value)]];
  return Object.entries(value).map(([inner, it]) => [`${name}.${inner}`, toWord(it)]);
}

/** Of `server.address()`. */
function isAddress(value: unknown): value is { address: string; port: number; family: string } {
  const { address, port, family } = (value ?? {}) as Record<string, unknown>;
  return typeof address === "string" && typeof port === "number" && typeof family === "string";
}

function toWord(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const cut = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
  return typeof value === "string" && !PLAIN.test(cut) ? JSON.stringify(cut) : cut;
}
