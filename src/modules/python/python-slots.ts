import type { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import type { PythonRunner } from "../../callbacks/slots/slot.ts";
import type { PythonSlot, SlotModule } from "../../callbacks/slots/slot.ts";
import type { PythonModuleConfig, PythonProviderConfig } from "../../config/config.ts";
import type { Logger } from "../../util/log.ts";
import type { LeftOut } from "../loading/left-out.ts";
import type { Constructed } from "./python-messages.ts";

/** What is constructed in the child: a module, or a storage provider, which may register callbacks as well. */
export type PythonEntry = PythonModuleConfig | PythonProviderConfig;

/** The slots of Python modules. A restarted child numbers them anew; their places in the chains stay. */
export class PythonSlots {
  readonly #entries: readonly PythonEntry[];
  readonly #registry: CallbackRegistry;
  readonly #runner: PythonRunner;
  readonly #log: Logger;
  readonly #known = new Map<string, PythonSlot>();
  /** Modules that have registered anything. */
  readonly #registering = new Set<number>();
  readonly #unregisteredNames = new Map<number, readonly string[]>();
  readonly #unfiredNames = new Map<number, string[]>();

  constructor(entries: readonly PythonEntry[], registry: CallbackRegistry, runner: PythonRunner, log: Logger) {
    this.#entries = entries;
    this.#registry = registry;
    this.#runner = runner;
    this.#log = log;
  }

  /** Takes what a module registered: a known slot gets the child's number, a new one is put at the end of its chain. */
  bind(index: number, { entries, unfired, resources, unregistered }: Constructed, isLate: boolean): void {
    const module = this.moduleOf(index);
    if (entries.length + unfired.length + resources.length > 0) this.#registering.add(index);
    if (!isLate) this.#unregisteredNames.set(index, unregistered);
    for (const { slot: remote, kind, nth, name, file, misfit, wants_size: takesSize } of entries) {
      const key = `${index} ${kind} ${nth}`;
      const known = this.#known.get(key);
      if (known) {
        known.remote = remote;
        known.takesSize = takesSize;
        continue;
      }
      const facts = { kind, module, nth, name, file, isLate, takesSize, misfit: misfit ?? undefined };
      const slot: PythonSlot = { language: "python", ...facts, remote, runner: this.#runner };
      this.#known.set(key, slot);
      if (misfit !== null)
        this.#log.warn({ module: module.name, callback: kind }, `this callback does not fit: ${name} ${misfit}`);
      this.#registry.add(slot);
    }
    this.#noteUnfired(module, unfired);
  }

  /** The child is gone, and its numbers are void. */
  unbindAll(): void {
    for (const slot of this.#known.values()) slot.remote = undefined;
  }

  /** Logs every slot that a restarted child has not registered again. */
  warnOfMissing(constructed: readonly number[]): void {
    for (const slot of this.#known.values()) {
      if (slot.remote !== undefined || !constructed.includes(slot.module.index)) continue;
      const facts = { module: slot.module.name, callback: slot.kind, nth: slot.nth };
      this.#log.error(facts, "the restarted module did not register this callback again; its place is kept");
    }
  }

  /** Callbacks of a module that this service accepts and never fires. */
  unfired(index: number): readonly string[] {
    return this.#unfiredNames.get(index) ?? [];
  }

  /**
   * Whether a module has registered anything so far, and which of its methods are never called although they have a
   * callback's name.
   */
  leftOut(index: number): LeftOut {
    return { registersNothing: !this.#registering.has(index), unregistered: this.#unregisteredNames.get(index) ?? [] };
  }

  moduleOf(index: number): SlotModule {
    const entry = this.#entries.find((candidate) => candidate.index === index);
    if (entry === undefined) throw new TypeError(`the child names module ${index}, which it was not given`);
    return { index, name: entry.module, language: "python", isReportOnly: entry.isReportOnly === true };
  }

  #noteUnfired(module: SlotModule, unfired: readonly string[]): void {
    const known = this.unfired(module.index);
    const callbacks = unfired.filter((name) => !known.includes(name));
    if (callbacks.length === 0) return;
    this.#unfiredNames.set(module.index, [...known, ...callbacks]);
    const entry = this.#entries.find(({ index }) => index === module.index);
    if (entry !== undefined && "storeLocal" in entry) {
      // Nothing of it is in the homeserver, whose files these are not.
      this.#log.warn(
        { module: module.name, callbacks },
        "this storage provider registers callbacks that a media service never fires",
      );
      return;
    }
    this.#log.warn(
      { module: module.name, callbacks },
      "this module registers callbacks that a media service never fires: keep it in the homeserver too; the two share state through the database only",
    );
  }
}

interface WireEntry {
  readonly index: number;
  readonly module: string;
  readonly config: string;
  readonly legacy?: string;
}

/** An entry as the child is told of it. */
export function toWire({ index, module, configJson, isLegacySpamChecker }: PythonEntry): WireEntry {
  return { index, module, config: configJson, ...(isLegacySpamChecker === true && { legacy: "spam_checker" }) };
}
