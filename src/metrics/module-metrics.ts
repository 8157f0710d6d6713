import type { Logger } from "../util/log.ts";

/** Puts the metrics of Python modules beside the service's own, both in Prometheus' text format. */
export class ModuleMetrics {
  private readonly log: Logger;
  private readonly named = new Set<string>();
  private read: (() => Promise<string>) | undefined;

  constructor(log: Logger) {
    this.log = log;
  }

  /** Who is asked for the modules' text: resolves to it, or rejects where it cannot be had in time. */
  watch(read: () => Promise<string>): void {
    this.read = read;
  }

  /** `own` alone where the modules cannot be asked. A name of theirs that `own` has too is left out, and named in the log once. */
  async addTo(own: string): Promise<string> {
    const theirs = await this.ask();
    if (theirs === "") return own;
    const taken = new Set(readFamilies(own).flatMap(({ names }) => [...names]));
    const kept: string[] = [];
    for (const { name, names, text } of readFamilies(theirs)) {
      if ([...names].some((candidate) => taken.has(candidate))) this.leaveOut(name);
      else kept.push(text);
    }
    return `${own.trimEnd()}\n\n${kept.join("\n")}\n`;
  }

  private async ask(): Promise<string> {
    try {
      return (await this.read?.()) ?? "";
    } catch (error) {
      this.log.debug({ err: error }, "the metrics of Python modules cannot be had");
      return "";
    }
  }

  private leaveOut(name: string): void {
    if (this.named.has(name)) return;
    this.named.add(name);
    this.log.warn(
      { metric: name },
      "a Python module declares a metric whose name the service or a TypeScript module has: it is left out",
    );
  }
}

/** One metric: its comments and samples, and every name that stands in them. */
interface Family {
  readonly name: string;
  readonly names: Set<string>;
  readonly text: string;
}

const COMMENT = /^# (?:HELP|TYPE) (\S+)(?: (histogram|summary)$)?/;
const SAMPLE = /^[a-zA-Z_:][\w:]*/;
const SUFFIXES = ["_bucket", "_sum", "_count"];

function readFamilies(text: string): Family[] {
  const families: { name: string; names: Set<string>; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const comment = COMMENT.exec(line);
    const name = comment?.[1] ?? SAMPLE.exec(line)?.[0];
    if (name === undefined) continue;
    let family = families.at(-1);
    if (family === undefined || (comment !== null && family.name !== name)) {
      family = { name, names: new Set(), lines: [] };
      families.push(family);
    }
    family.lines.push(line);
    family.names.add(name);
    if (comment?.[2] !== undefined) for (const suffix of SUFFIXES) family.names.add(name + suffix);
  }
  return families.map(({ name, names, lines }) => ({ name, names, text: lines.join("\n") }));
}
