import { Counter, type Registry } from "prom-client";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { SlotModule } from "../../callbacks/slots/slot.ts";
import type { Metrics } from "../metrics.ts";

/** Callbacks whose answers stand for those of later ones, and refuse nothing by themselves. */
const ANSWERING: ReadonlySet<KindName> = new Set(["get_media_config_for_user", "get_media_upload_limits_for_user"]);

/** What is counted of decisions that are not enforced. */
export function countUnenforced(registers: Registry[]): {
  readonly metrics: Pick<Metrics, "unenforced" | "uploadWouldBeRefused">;
  /** Gives the samples of a module that is not enforced, at 0. */
  announce(callback: KindName, module: SlotModule): void;
} {
  const decisions = new Counter({
    name: "media_bridge_unenforced_total",
    help: "What callbacks and limits that are not enforced would have done",
    labelNames: ["would", "callback", "module"] as const,
    registers,
  });
  const uploads = new Counter({
    name: "media_bridge_uploads_would_be_refused_total",
    help: "Uploads stored that would have been refused by what is not enforced",
    registers,
  });
  decisions.inc({ would: "refuse", callback: "media_upload_limits", module: "configuration" }, 0);
  return {
    metrics: {
      unenforced: (would, callback, module) => decisions.inc({ would, callback, module }),
      uploadWouldBeRefused: () => uploads.inc(),
    },
    announce(callback, { name: module, isReportOnly = false }) {
      if (!isReportOnly || KINDS[callback].notification) return;
      decisions.inc({ would: "refuse", callback, module }, 0);
      if (ANSWERING.has(callback)) decisions.inc({ would: "answer", callback, module }, 0);
    },
  };
}
