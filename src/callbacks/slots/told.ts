import type { Told } from "../chain.ts";
import { ModuleUnavailable } from "../failure.ts";
import type { Slot, SlotRecord } from "./slot.ts";

/** What the records of a notification say of who heard it. */
export function readTold(records: readonly SlotRecord[]): Told {
  return {
    unheard: slotsThat(records, (record) => isUnavailable(record) && !hasChildEnded(record)),
    ended: slotsThat(records, hasChildEnded),
    late: slotsThat(records, ({ outcome }) => outcome === "timeout"),
  };
}

function slotsThat(records: readonly SlotRecord[], isWanted: (record: SlotRecord) => boolean): readonly Slot[] {
  return records.filter(isWanted).map(({ slot }) => slot);
}

function isUnavailable({ outcome }: SlotRecord): boolean {
  return outcome === "unavailable" || outcome === "busy";
}

function hasChildEnded({ error }: SlotRecord): boolean {
  return error instanceof ModuleUnavailable && error.hasChildEnded;
}
