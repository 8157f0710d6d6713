import type { Logger } from "../util/log.ts";
import { mergeFamilies, readFamilies, renderFamily } from "./families.ts";

/** What the modules of one Python child count. */
export interface ChildMetrics {
  /** Undefined where there is only one child: then nothing has to be distinguished. */
  readonly child: string | undefined;
  /** In Prometheus' text format. */
  readonly text: string;
}

const CHILD_LABEL = "media_bridge_child";

/** Puts the metrics of Python modules beside the service's own, both in Prometheus' text format. */
export class ModuleMetrics {
  readonly #log: Logger;
  readonly #named = new Set<string>();
  #read: (() => Promise<readonly ChildMetrics[]>) | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What is asked for the modules' metrics: resolves to them, or rejects where they cannot be had in time. */
  watch(read: () => Promise<readonly ChildMetrics[]>): void {
    this.#read = read;
  }

  /**
   * `own` alone where the modules cannot be asked. A name of theirs that `own` has too is left out, and named in the
   * log once.
   */
  async addTo(own: string): Promise<string> {
    const theirs = await this.#ask();
    if (theirs.every(({ text }) => text === "")) return own;
    const taken = new Set(readFamilies(own).flatMap(({ names }) => [...names]));
    const kept: string[] = [];
    for (const family of mergeFamilies(theirs, CHILD_LABEL)) {
      if ([...family.names].some((name) => taken.has(name))) this.#leaveOut(family.name);
      else kept.push(renderFamily(family));
    }
    return `${own.trimEnd()}\n\n${kept.join("\n")}\n`;
  }

  async #ask(): Promise<readonly ChildMetrics[]> {
    try {
      return (await this.#read?.()) ?? [];
    } catch (error) {
      this.#log.debug({ err: error }, "the metrics of Python modules cannot be had");
      return [];
    }
  }

  #leaveOut(name: string): void {
    if (this.#named.has(name)) return;
    this.#named.add(name);
    this.#log.warn(
      { metric: name },
      "a Python module declares a metric whose name the service or a TypeScript module has: it is left out",
    );
  }
}
