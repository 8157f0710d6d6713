import { isAbsolute } from "node:path";
import type { Connection } from "../bridge/transport/connection.ts";
import { KINDS } from "../callbacks/kinds.ts";
import type { SlotRecord, TypeScriptSlot } from "../callbacks/slots/slot.ts";
import { MatrixError } from "../errors.ts";
import type { InsideStatus } from "../status/inside/inside-status.ts";
import type { Logger } from "../util/log.ts";
import type { HostedModules } from "./hosted-modules.ts";
import { relayTo } from "./peer/peer-homeserver.ts";
import { AskedSchema, NotAskedSchema, ShadowsSchema } from "./wire/protocol.ts";
import type { HeardQuestion, Hearing, OpenShadows, Shadows } from "./shadows.ts";

/** How often Synapse's side is told which share of the questions is compared, where that changes. */
const TELL_SHARES_MS = 1_000;
/** Shares that differ by less are the same: they rise in small steps. */
const SHARE_STEP = 0.01;

/** What shadows of one Synapse process need. */
export interface SessionShadowsOptions {
  readonly open: OpenShadows;
  readonly connection: Connection;
  readonly modules: HostedModules;
  readonly log: Logger;
}

/** The shadows of one Synapse process, as that process asks for them. */
export class SessionShadows {
  readonly #options: SessionShadowsOptions;
  #shadows: Shadows | undefined;
  #timer: NodeJS.Timeout | undefined;
  #told = new Map<number, number>();
  #hasLeft = false;

  constructor(options: SessionShadowsOptions) {
    this.#options = options;
  }

  /** Opens them, as the request `shadows` says. Rejects with a StartError. */
  async open(params: unknown): Promise<void> {
    if (this.#shadows !== undefined) throw new TypeError("shadows was sent twice");
    const { config, waits, files: filesName, python } = ShadowsSchema.parse(params);
    const { connection, modules, log } = this.#options;
    const named = python.map(({ module, ...facts }) => ({ index: module, ...facts }));
    const deciders = [...modules.deciders, ...named];
    const relay = relayTo(connection);
    const shadows = await this.#options.open({ configPath: config, waits, deciders, relay, filesName, log });
    // Synapse may have left meanwhile.
    if (this.#hasLeft) return shadows.leave(0);
    this.#shadows = shadows;
    this.#tellShares();
    this.#timer = setInterval(() => this.#tellShares(), TELL_SHARES_MS).unref();
  }

  /** Hears what a TypeScript callback is asked; undefined where that is not compared. */
  hear(slot: TypeScriptSlot, question: HeardQuestion): Hearing | Promise<Hearing> | undefined {
    const hearing = this.#shadows?.hear(slot.module.index, question);
    if (hearing === undefined) return undefined;
    const forModule = (whole: Hearing): Hearing => {
      // Of a module with several callbacks, what the last of them said to the end is what the module said.
      return (record, value) => {
        try {
          whole(this.#speaksForModule(slot, record) ? record : undefined, value);
        } catch (error) {
          // The callback has decided, whatever can be said of it.
          this.#options.log.error({ err: error, callback: slot.kind }, "an answer cannot be compared");
        }
      };
    };
    return hearing instanceof Promise ? hearing.then(forModule) : forModule(hearing);
  }

  /** Takes the notification `asked`. */
  take(params: unknown): void {
    const { module: index, kind, args, user, asked_ts: askedTs, said, micros, part, file } = AskedSchema.parse(params);
    const filePath = file !== null && isAbsolute(file) ? file : undefined;
    const asked = { kind, args, user: user ?? undefined, askedTs };
    this.#shadows?.take({ index, answered: { asked, said, micros }, part, filePath });
  }

  /** Takes the notification `not_asked`. */
  countDropped(params: unknown): void {
    const { module, kind, count } = NotAskedSchema.parse(params);
    this.#shadows?.countDropped(module, kind, count);
  }

  /** How they are doing; none before they are opened. */
  get status(): InsideStatus["shadows"] {
    return this.#shadows?.status() ?? [];
  }

  async leave(graceMs: number): Promise<void> {
    this.#hasLeft = true;
    clearInterval(this.#timer);
    const shadows = this.#shadows;
    this.#shadows = undefined;
    await shadows?.leave(graceMs);
  }

  #speaksForModule(slot: TypeScriptSlot, record: SlotRecord | undefined): boolean {
    if (record === undefined) return false;
    if (this.#options.modules.isLast(slot)) return true;
    return KINDS[slot.kind].notification ? MatrixError.is(record.error) : record.outcome !== "continue";
  }

  #tellShares(): void {
    const changed = (this.#shadows?.shares() ?? []).filter(([index, share]) => {
      const told = this.#told.get(index);
      return told !== share && (told === undefined || Math.abs(told - share) >= Math.min(SHARE_STEP, told / 2));
    });
    if (changed.length === 0) return;
    for (const [index, share] of changed) this.#told.set(index, share);
    try {
      this.#options.connection.notify("shares", { shares: changed });
    } catch {
      // Synapse does not read: it is told the next ones.
      this.#told.clear();
    }
  }
}
