import type { KindName } from "./kinds.ts";
import type { PythonSlot, Slot, TypeScriptSlot } from "./slot.ts";

/** Neighbouring slots of one language, Python ones of one child: what is asked in one go. */
export type Segment =
  | { readonly language: "typescript"; readonly slots: readonly TypeScriptSlot[] }
  | { readonly language: "python"; readonly slots: readonly PythonSlot[] };

/** Every registered callback, in one order of registration for the whole service. */
export class CallbackRegistry {
  private readonly chains = new Map<KindName, Slot[]>();
  private readonly compiled = new Map<KindName, readonly Segment[]>();

  /** Appends a slot to its chain, at whatever moment. */
  add(slot: Slot): void {
    const chain = this.chains.get(slot.kind);
    if (chain === undefined) this.chains.set(slot.kind, [slot]);
    else chain.push(slot);
    this.compiled.delete(slot.kind);
  }

  /** The chain of a kind, in order. */
  slots(kind: KindName): readonly Slot[] {
    return this.chains.get(kind) ?? [];
  }

  /** The chain of a kind, compiled into what is asked in one go. */
  segments(kind: KindName): readonly Segment[] {
    let segments = this.compiled.get(kind);
    if (segments === undefined) this.compiled.set(kind, (segments = compile(this.slots(kind))));
    return segments;
  }
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
