import type { CallbackKinds, KindName, Question } from "../kinds.ts";
import type { Slot, SlotModule, SlotRecord } from "../slots/slot.ts";
import type { CallerFacts } from "../context/caller.ts";
import type { Answered, Asked, Said } from "./asked.ts";
import { askedContext } from "./asked-context.ts";
import { portableArgs, saidOf } from "./said-of.ts";

/** Takes what one module was asked and said. Must not throw: the walk is over, and its request waits. */
export type AnsweredListener = (slotModule: SlotModule, answered: Answered) => void;

/** What follows a walk. */
export interface WalkListeners {
  /** Called at the end of a walk, for each module that was asked; absent: nothing of it is gathered. */
  readonly onAnswered?: AnsweredListener | undefined;
  /** Called before a walk: where it answers false, nothing of the walk is gathered; absent: all walks are heard. */
  readonly mayHear?: ((kind: KindName) => boolean) | undefined;
  /**
   * Called before a walk, which waits for it; what it resolves to is called after the walk, and after `onAnswered`. Must
   * not reject.
   */
  readonly onAsking?: ((question: Question<KindName>) => Promise<() => void> | undefined) | undefined;
}

/** A question, and what listens to the answers of the slots; undefined where nothing does. */
export interface Heard<K extends KindName> extends Question<K> {
  readonly hearing: WalkHearing<K> | undefined;
}

/** What one module did so far. */
interface ModuleAnswer {
  readonly module: SlotModule;
  said: Said;
  micros: number;
  /** Its callbacks that ran. */
  count: number;
}

/** The question of a walk, and when and for whom it is asked. */
export interface Walk<K extends KindName> extends Question<K> {
  readonly user: string | undefined;
  /** What is known of the request. */
  readonly facts: CallerFacts;
  readonly askedTs: number;
  /** The whole chain, once the walk is over. */
  readonly chain: () => readonly Slot[];
}

type Asking = Pick<Walk<KindName>, "user" | "askedTs" | "facts">;

/** Asks a question, and reports at its end, however it ends, what each module said. */
export async function hearWalk<K extends KindName, T>(
  { kind, args, chain, ...walk }: Walk<K>,
  { onAnswered, onAsking }: Pick<WalkListeners, "onAsking"> & { readonly onAnswered: AnsweredListener },
  ask: (question: Heard<K>) => Promise<T>,
): Promise<T> {
  const release = await onAsking?.({ kind, args });
  const hearing = new WalkHearing(kind, args, walk);
  return ask({ kind, args, hearing }).finally(() => {
    hearing.end(chain(), onAnswered);
    release?.();
  });
}

/** Listens to one walk, and says at its end what each module said to the question. */
export class WalkHearing<K extends KindName> {
  readonly #kind: K;
  readonly #args: CallbackKinds[K]["args"];
  readonly #walk: Asking;
  readonly #heard = new Map<number, ModuleAnswer>();

  constructor(kind: K, args: CallbackKinds[K]["args"], walk: Asking) {
    this.#kind = kind;
    this.#args = args;
    this.#walk = walk;
  }

  /** Takes what slots did, in their order; `value` is what the one of them that stopped the walk stopped it with. */
  add(records: readonly SlotRecord[], value?: unknown): void {
    for (const record of records) {
      const { module } = record.slot;
      const known = this.#heard.get(module.index) ?? { module, said: { outcome: "continue" }, micros: 0, count: 0 };
      // The first of its callbacks that did not let the walk continue speaks for the module.
      if (known.said.outcome === "continue") known.said = saidOf(this.#kind, record, value);
      known.micros += record.micros;
      known.count += 1;
      this.#heard.set(module.index, known);
    }
  }

  /**
   * Reports every module that was asked: one whose callbacks, in the whole `chain`, have all run, or one of which has
   * decided. Of another module it is not known what it would have said.
   */
  end(chain: readonly Slot[], report: AnsweredListener): void {
    if (this.#heard.size === 0) return;
    const kind = this.#kind;
    const args = portableArgs(kind, this.#args);
    const { user, askedTs, facts } = this.#walk;
    const asked: Asked = { kind, args, user, askedTs, context: askedContext(facts) };
    for (const { module, said, micros, count } of this.#heard.values()) {
      const isWhole = said.outcome !== "continue" || count >= countOf(module, chain);
      if (isWhole) report(module, { asked, said, micros });
    }
  }
}

function countOf({ index }: SlotModule, chain: readonly Slot[]): number {
  return chain.reduce((count, { module }) => count + (module.index === index ? 1 : 0), 0);
}
