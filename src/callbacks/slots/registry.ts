import type { KindName } from "../kinds.ts";
import { ModuleUnavailable } from "../failure.ts";
import type { PythonSlot, Slot, TypeScriptSlot } from "./slot.ts";

/** Neighbouring slots of one language, and for Python of one child: they are asked together. */
export type Segment =
  | { readonly language: "typescript"; readonly slots: readonly TypeScriptSlot[] }
  | { readonly language: "python"; readonly slots: readonly PythonSlot[] };

/** The segment without the slots that `mayAsk` does not let through. */
export function onlySome(segment: Segment, mayAsk: (slot: Slot) => boolean): Segment {
  return segment.language === "python"
    ? { language: "python", slots: segment.slots.filter(mayAsk) }
    : { language: "typescript", slots: segment.slots.filter(mayAsk) };
}

const NONE: ReadonlySet<number> = new Set();

/** Every registered callback, in one order of registration for the whole service. */
export class CallbackRegistry {
  readonly #chains = new Map<KindName, Slot[]>();
  /** By the modules that are left out. */
  readonly #compiled = new Map<KindName, Map<ReadonlySet<number>, readonly Segment[]>>();
  #leftOutFor: (user: string | undefined) => ReadonlySet<number> = () => NONE;
  #onSlot: (slot: Slot) => void = () => undefined;

  /** Puts a slot into the place that is reserved for it, or at the end of its chain, at any time. */
  add(slot: Slot): void {
    const chain = this.#chains.get(slot.kind) ?? [];
    const kept = chain.findIndex((other) => isPlaceholder(other) && isSame(other, slot));
    if (kept === -1) chain.push(slot);
    else chain[kept] = slot;
    this.#chains.set(slot.kind, chain);
    this.#compiled.delete(slot.kind);
    this.#onSlot(slot);
  }

  /** Reports every slot: those that exist, and each new one. For one listener. */
  watch(onSlot: (slot: Slot) => void): void {
    for (const chain of this.#chains.values()) chain.forEach(onSlot);
    this.#onSlot = onSlot;
  }

  /**
   * Reserves a place for a slot that is to be registered again, and cannot be asked until then. False where the slot
   * exists.
   */
  keep(slot: Slot): boolean {
    if (this.slots(slot.kind).some((other) => isSame(other, slot))) return false;
    const { kind, module, nth, name, file, isLate, takesSize } = slot;
    const call = () => {
      throw new ModuleUnavailable("unavailable", `${module.name} has not registered it again since the reload`);
    };
    const facts = { kind, module, nth, name, file, isLate, takesSize };
    this.add({ language: "typescript", ...facts, call, isPlaceholder: true });
    return true;
  }

  /** How many callbacks of a kind a module has registered. */
  countOf(module: number, kind: KindName): number {
    return this.slots(kind).filter((slot) => slot.module.index === module && !isPlaceholder(slot)).length;
  }

  /**
   * Has some users meet other modules than others: `leftOutFor` answers the indexes of the modules that a user does not
   * meet, always the same object for the same ones.
   */
  choose(leftOutFor: (user: string | undefined) => ReadonlySet<number>): void {
    this.#leftOutFor = leftOutFor;
  }

  /** The chain of a kind for all users, in order. */
  slots(kind: KindName): readonly Slot[] {
    return this.#chains.get(kind) ?? [];
  }

  /** The chain of a kind that a user meets, compiled into the groups that are asked together. */
  segments(kind: KindName, user?: string): readonly Segment[] {
    const leftOut = this.#leftOutFor(user);
    const compiled = this.#compiled.get(kind) ?? new Map<ReadonlySet<number>, readonly Segment[]>();
    this.#compiled.set(kind, compiled);
    let segments = compiled.get(leftOut);
    if (segments === undefined) {
      segments = compile(this.slots(kind).filter(({ module }) => !leftOut.has(module.index)));
      compiled.set(leftOut, segments);
    }
    return segments;
  }
}

function isPlaceholder(slot: Slot): boolean {
  return slot.language === "typescript" && slot.isPlaceholder === true;
}

function isSame(one: Slot, other: Slot): boolean {
  return one.module.index === other.module.index && one.kind === other.kind && one.nth === other.nth;
}

function compile(slots: readonly Slot[]): Segment[] {
  const segments: { language: Slot["language"]; slots: Slot[] }[] = [];
  for (const slot of slots) {
    const last = segments.at(-1);
    if (last !== undefined && goTogether(last.slots[0], slot)) last.slots.push(slot);
    else segments.push({ language: slot.language, slots: [slot] });
  }
  return segments as Segment[];
}

function goTogether(first: Slot | undefined, next: Slot): boolean {
  if (first?.language !== next.language) return false;
  return first.language === "typescript" || next.language === "typescript" || first.runner === next.runner;
}
