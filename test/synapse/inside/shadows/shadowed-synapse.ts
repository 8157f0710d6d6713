import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type { ParityReport, ShadowReport } from "../../../../src/shadow/parity/parity-report.ts";
import type { Account, SynapseOptions } from "../../support/synapse.ts";
import { CALLBACKS, INSIDE_MODULES, InsideSynapse, typescript } from "../../support/inside-synapse.ts";

/** The most bytes that an upload may have, in both languages. */
export const MOST = 20_000;
export const CONFIG = { most: MOST };
/** The same rules in both languages. */
export const PYTHON = { module: "plans.Plans", config: CONFIG };
export const TYPESCRIPT = { typescript: `${INSIDE_MODULES}/plans.ts`, config: CONFIG };

const [NODE = "", CLI = ""] = CALLBACKS;

/** A stock Synapse, one of whose modules has a shadow. */
export class ShadowedSynapse {
  readonly synapse: InsideSynapse;
  readonly dataPath: string;

  private constructor(synapse: InsideSynapse, dataPath: string) {
    this.synapse = synapse;
    this.dataPath = dataPath;
  }

  static async start(
    modules: readonly object[],
    more: object = { command: CALLBACKS },
    options: SynapseOptions = {},
  ): Promise<ShadowedSynapse> {
    const dataPath = mkdtempSync(join(tmpdir(), "media-bridge-inside-shadows-"));
    try {
      const entry = typescript(modules, { ...more, data_path: dataPath });
      return new ShadowedSynapse(await InsideSynapse.start(() => [entry], options), dataPath);
    } catch (error) {
      rmSync(dataPath, { recursive: true, force: true });
      throw error;
    }
  }

  /** Asks every callback: the statuses and error codes of the answers, in order. */
  async askAll(account: Account): Promise<unknown[]> {
    const asks = [
      () => this.synapse.config(account),
      () => this.synapse.upload(account, "1234567"),
      () => this.synapse.upload(account, "hello"),
      () => this.synapse.upload(account, "x".repeat(31)),
      () => this.synapse.upload(account, "this is spam"),
      () => this.synapse.upload(account, "x".repeat(MOST + 1)),
      () => this.synapse.upload(account, "x".repeat(MOST)),
    ];
    const answers = [];
    for (const ask of asks) {
      const { status, json } = await ask();
      answers.push([status, json["errcode"] ?? json["m.upload.size"] ?? null]);
    }
    return answers;
  }

  /** Waits until the report is as `check` wants it. */
  async reported(check: (report: ShadowReport) => boolean): Promise<ShadowReport> {
    let found: ShadowReport | undefined;
    await vi.waitFor(
      () => {
        found = readParity(this.dataPath);
        if (found === undefined || !check(found)) throw new Error(`the report is ${JSON.stringify(found)}`);
      },
      { timeout: 30_000, interval: 500 },
    );
    return found as ShadowReport;
  }

  /** What `media-bridge forget` says, beside the running Synapse. */
  forget(user: string): string {
    const config = join(this.dataPath, "shadows.yaml");
    return execFileSync(NODE, [CLI, "forget", "--config", config, user], { encoding: "utf8" });
  }

  async stop(): Promise<void> {
    await this.synapse.stop();
    rmSync(this.dataPath, { recursive: true, force: true });
  }
}

/** What `media-bridge parity` says of the first shadow of a folder. */
export function readParity(dataPath: string): ShadowReport | undefined {
  const config = join(dataPath, "shadows.yaml");
  const said = execFileSync(NODE, [CLI, "parity", "--config", config, "--json"], { encoding: "utf8" });
  return (JSON.parse(said) as ParityReport).shadows[0];
}

/** How many threads a process has. */
export function countThreads(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

/** How many questions a report has of all callbacks. */
export function askedIn({ callbacks }: ShadowReport): number {
  return callbacks.reduce((sum, { asked }) => sum + asked, 0);
}

/** How often answers were of another class than `same`, by callback and class. */
export function troublesIn({ callbacks }: ShadowReport): Record<string, number> {
  const found = callbacks.flatMap(({ callback, classes }) =>
    Object.entries(classes).flatMap(([name, count]) =>
      name === "same" || count === 0 ? [] : [[`${callback} ${name}`, count] as const],
    ),
  );
  return Object.fromEntries(found);
}
