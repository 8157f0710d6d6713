import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CallbackChain } from "../../../src/callbacks/callback-chain.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { openHomeserver } from "../../../src/homeserver/client/homeserver.ts";
import { declareUncounted } from "../../../src/metrics/declared-metrics.ts";
import { type LoadedModules, loadModules } from "../../../src/modules/load.ts";
import { moduleDatabaseOptions } from "../../../src/server/modules/module-database.ts";
import { openTrialDatabase } from "../../../src/storage/module-database/open-module-database.ts";
import { captureLog, type CapturedLog } from "../../support/captured-log.ts";
import { writeConfig } from "../../support/service.ts";

/** What modules note of what they are told, and what keeps those from being loaded that heed it. */
export class ToldFolder {
  readonly path = mkdtempSync(join(tmpdir(), "media-bridge-told-"));
  readonly #told = join(this.path, "told");
  readonly #broken = join(this.path, "broken");

  /** An entry of `modules`: fragile_deletions.Fragile. */
  entry(name: string, deadly: readonly string[] = []): object {
    return {
      module: "fragile_deletions.Fragile",
      config: { told: this.#told, broken: this.#broken, name, deadly },
    };
  }

  break(): void {
    writeFileSync(this.#broken, "");
  }

  mend(): void {
    rmSync(this.#broken);
  }

  /** What a module was told, in the order of the notes. */
  told(name: string): string[] {
    const lines = existsSync(this.#told) ? readFileSync(this.#told, "utf8").split("\n") : [];
    return lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Modules as the service loads them, and the chain by which they are told. */
export class ChainOfModules {
  readonly chain: CallbackChain;
  readonly log: CapturedLog;
  readonly #modules: LoadedModules;
  readonly #end: () => Promise<void>;

  private constructor(chain: CallbackChain, log: CapturedLog, modules: LoadedModules, end: () => Promise<void>) {
    this.chain = chain;
    this.log = log;
    this.#modules = modules;
    this.#end = end;
  }

  static async load(modules: readonly object[]): Promise<ChainOfModules> {
    const folder = mkdtempSync(join(tmpdir(), "media-bridge-modules-"));
    const { config } = loadConfig([writeConfig(folder, join(folder, "media"), { config: { modules } })]);
    const log = captureLog();
    const none = { url: undefined, adminToken: undefined, appserviceToken: undefined, timeoutMs: 0 };
    const database = await openTrialDatabase({ ...moduleDatabaseOptions(config), log });
    const services = { homeserver: openHomeserver(none).client, database, metrics: declareUncounted().api };
    const loaded = await loadModules({ config, log, dryRun: false, services: Promise.resolve(services) });
    await loaded.python?.markStarted();
    const chain = new CallbackChain({
      registry: loaded.registry,
      policies: config.mediaBridge.callbacks,
      observe: ({ outcome, slot }) => log.info({ outcome, module: slot.module.name }, "a callback was asked"),
      onLate: () => undefined,
      onUnenforced: () => undefined,
      isUserAdmin: () => Promise.resolve(false),
    });
    return new ChainOfModules(chain, log, loaded, async () => {
      await loaded.stop(0);
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Ends the one Python child. Resolves once the service has seen it. */
  async killChild(): Promise<void> {
    const { facts } = await this.log.waitFor(({ message }) => message === "the child is up");
    process.kill(Number(facts["pid"]), "SIGKILL");
    await this.log.waitFor(({ message }) => message === "the child is down");
  }

  /** Resolves once callbacks could not be asked so often. */
  async wasUnavailable(times: number): Promise<void> {
    await this.log.waitFor(
      () => this.log.lines.filter(({ facts }) => facts["outcome"] === "unavailable").length >= times,
    );
  }

  get registry(): LoadedModules["registry"] {
    return this.#modules.registry;
  }

  close(): Promise<void> {
    return this.#end();
  }
}
