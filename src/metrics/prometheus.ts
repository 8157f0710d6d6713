import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { SlotOutcome } from "../callbacks/slots/slot.ts";
import type { Logger } from "../util/log.ts";
import type { Exposition } from "./listener.ts";
import type { BridgeState, Metrics } from "./metrics.ts";
import { ModuleMetrics } from "./module-metrics.ts";
import { processMetrics } from "./process-metrics.ts";
import { TypeScriptMetrics } from "./typescript-metrics.ts";
import { countJobs } from "./counters/job-counters.ts";
import { countProviders } from "./counters/provider-counters.ts";
import { countUnenforced } from "./counters/unenforced-counters.ts";
import { countRequests } from "./counters/request-counters.ts";
import { countShadows } from "./counters/shadow-counters.ts";
import { countThumbnails } from "./counters/thumbnail-counters.ts";
import { zeroOnce } from "./zero-once.ts";

const OUTCOMES: readonly SlotOutcome[] = ["continue", "stop", "error", "timeout", "unavailable", "busy"];

/** Why uploads are refused, apart from mistakes of their clients. */
const UPLOAD_REFUSALS = [
  "module", "upstream", "UPLOAD_TOO_LARGE", "UPLOAD_INCOMPLETE", "UPLOAD_STALLED", "LIMIT_EXCEEDED", "TOO_MANY_REQUESTS", "BAD_CONTENT",
  "MODULE_FAILED", "MODULE_UNAVAILABLE", "MODULES_BUSY", "STORE_FAILED", "STORE_BUSY", "INTERNAL",
] as const; // prettier-ignore

/** Metrics in Prometheus' form, what renders them, and the registry of the service's own. */
export function createPrometheusMetrics(log: Logger): { metrics: Metrics; registry: Registry; exposition: Exposition } {
  const registry = new Registry();
  const registers = [registry];
  const ofProcess = processMetrics();
  const calls = new Counter({
    name: "media_bridge_callbacks_total",
    help: "Callbacks that ran, by what came of them",
    labelNames: ["callback", "module", "outcome"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "media_bridge_callback_duration_seconds",
    help: "Time spent in callbacks",
    labelNames: ["callback", "module"] as const,
    buckets: [0.0001, 0.001, 0.01, 0.1, 1, 10, 60],
    registers,
  });
  const late = new Counter({
    name: "media_bridge_callbacks_late_total",
    help: "TypeScript callbacks that rejected after their deadline",
    labelNames: ["callback", "module"] as const,
    registers,
  });
  const blocked = new Counter({
    name: "media_bridge_blocked_callbacks_total",
    help: "Times that a Python module held the event loop of the child for longer than half a second",
    labelNames: ["callback", "module"] as const,
    registers,
  });
  const declared = new TypeScriptMetrics();
  const modules = new ModuleMetrics(log);
  const uploads = new Counter({ name: "media_bridge_uploads_total", help: "Uploads stored", registers });
  const bytes = new Counter({ name: "media_bridge_upload_bytes_total", help: "Bytes of uploads stored", registers });
  const refusals = new Counter({
    name: "media_bridge_uploads_refused_total",
    help: "Uploads refused or failed, by reason",
    labelNames: ["reason"] as const,
    registers,
  });
  const unenforced = countUnenforced(registers);
  const recorded = new Counter({
    name: "media_bridge_recorded_questions_total",
    help: "Questions to modules that were to be recorded, by what became of them",
    labelNames: ["outcome"] as const,
    registers,
  });
  for (const outcome of ["recorded", "lost", "full"]) recorded.inc({ outcome }, 0);
  const zeroDuration = zeroOnce(durations);
  for (const reason of UPLOAD_REFUSALS) refusals.inc({ reason }, 0);
  return {
    registry,
    exposition: {
      contentType: registry.contentType,
      render: async () => {
        const own = [await ofProcess.metrics(), await registry.metrics(), await declared.render()];
        return modules.addTo(
          `${own
            .map((text) => text.trimEnd())
            .join("\n\n")
            .trimEnd()}\n`,
        );
      },
    },
    metrics: {
      ...countProviders(registers),
      ...countJobs(registers),
      ...countRequests(registry),
      ...countShadows(registers),
      ...countThumbnails(registers),
      openDeclared: () => declared.open(),
      ...unenforced.metrics,
      callbackRegistered(callback, slotModule) {
        const { name: module, language } = slotModule;
        for (const outcome of OUTCOMES) calls.inc({ callback, module, outcome }, 0);
        unenforced.announce(callback, slotModule);
        zeroDuration({ callback, module });
        (language === "typescript" ? late : blocked).inc({ callback, module }, 0);
      },
      callbackRan(callback, module, outcome, micros) {
        calls.inc({ callback, module, outcome });
        durations.observe({ callback, module }, micros / 1e6);
      },
      callbackLate: (callback, module) => late.inc({ callback, module }),
      callbackBlocked: (callback, module) => blocked.inc({ callback, module }),
      uploadStored(sizeBytes) {
        uploads.inc();
        bytes.inc(sizeBytes);
      },
      questionsRecorded: (outcome, questions) => recorded.inc({ outcome }, questions),
      uploadRefused: (reason) => refusals.inc({ reason }),
      watchBridge: (read) => watchBridge(read, registers),
      watchModules: (read) => modules.watch(read),
    },
  };
}

function watchBridge(read: () => readonly BridgeState[], registers: Registry[]): void {
  const gauge = (name: string, help: string, value: (state: BridgeState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["child"] as const,
      registers,
      collect() {
        this.reset();
        for (const state of read()) this.set({ child: state.name }, value(state));
      },
    });
  gauge("media_bridge_python_up", "Whether a Python child can be asked", (state) => Number(state.up));
  gauge("media_bridge_python_calls_in_flight", "Calls that a Python child is at work on", (state) => state.inFlight);
  gauge("media_bridge_python_calls_queued", "Calls that wait for their turn", (state) => state.queued);
  gauge(
    "media_bridge_python_calls_refused",
    "Calls refused since the start, as too many waited",
    (state) => state.refused,
  );
  gauge("media_bridge_python_restarts", "Restarts of a Python child since the start", (state) => state.restarts);
  gauge(
    "media_bridge_python_answers_ignored",
    "Answers of a Python child since the start that no request waited for",
    (state) => state.ignored,
  );
}
