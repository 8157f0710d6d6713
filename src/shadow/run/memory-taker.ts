import type { KindName } from "../../callbacks/kinds.ts";
import type { Compared, ComparisonTaker } from "../compared.ts";

/** Counts what was compared, and keeps none of it. */
export class MemoryTaker implements ComparisonTaker {
  readonly compared = new Map<KindName, number>();
  readonly dropped = new Map<KindName, number>();

  add({ answered: { asked } }: Compared): void {
    this.compared.set(asked.kind, (this.compared.get(asked.kind) ?? 0) + 1);
  }

  countDropped(kind: KindName, count: number): void {
    this.dropped.set(kind, (this.dropped.get(kind) ?? 0) + count);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
