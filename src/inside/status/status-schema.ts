import { z } from "zod";
import type { InsideStatus } from "../../status/inside/inside-status.ts";

const count = z.number();
const micros = z.number();

const SlotSchema = z.looseObject({
  module: z.string(),
  isEnforced: z.boolean(),
  asked: count,
  continued: count,
  stopped: count,
  failed: count,
  late: count,
  unavailable: count,
  micros: z.looseObject({ p50: micros, p95: micros, p99: micros }).nullable(),
  lastMicros: z.array(micros),
});

const ShadowSchema = z.looseObject({
  module: z.string(),
  candidate: z.string(),
  state: z.enum(["loading", "running", "waiting", "failed", "closed"]),
  problem: z.string().nullable(),
  share: z.number(),
  decide: z.number(),
  asked: count,
  dropped: count,
  waiting: count,
  restarts: count,
  cpuSeconds: z.number(),
  heldBack: z.looseObject({ homeserver: count, request: count, write: count, background: count, media: count }),
});

/** What an {@link InsideStatus} has in this release. What another release adds to it is kept. */
export const InsideStatusSchema = z.looseObject({
  takenTs: z.number(),
  startedTs: z.number(),
  version: z.string(),
  node: z.string(),
  pid: z.number(),
  synapses: z.array(
    z.looseObject({ pid: z.number(), connectedTs: z.number(), state: z.enum(["loading", "ready"]), underWay: count }),
  ),
  modules: z.array(
    z.looseObject({ name: z.string(), language: z.enum(["python", "typescript"]), file: z.string().nullable() }),
  ),
  chains: z.array(z.looseObject({ callback: z.string(), slots: z.array(SlotSchema) })),
  shadows: z.array(ShadowSchema),
}) satisfies z.ZodType<InsideStatus>;
