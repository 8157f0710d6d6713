import { Counter, Gauge, type Registry } from "prom-client";
import { VERSION } from "../../version.ts";
import type { Metrics, Traffic } from "../metrics.ts";
import { Timings, type TimingSeries } from "../timings.ts";

/** From a small download to an upload over a slow line. */
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];
const WAIT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is counted of requests, of what they wait for, and of the service as such. */
export function countRequests(
  registry: Registry,
): Pick<Metrics, "requestEnded" | "waited" | "upstreamAsked" | "whoamiAsked" | "watchTraffic"> {
  const registers = [registry];
  const timings = <Label extends string>(name: string, help: string, label: Label, buckets = WAIT_BUCKETS) =>
    new Timings({ name, help, label, buckets, registry });
  const durations = timings(
    "media_bridge_http_request_duration_seconds",
    "Time from the head of a request to the end of its answer",
    "route",
    REQUEST_BUCKETS,
  );
  const waits = timings("media_bridge_queue_wait_seconds", "Time that requests waited for their turn", "queue");
  const upstream = timings(
    "media_bridge_upstream_duration_seconds",
    "Time from a request to the Synapse behind this service to its answer",
    "outcome",
    REQUEST_BUCKETS,
  );
  const whoami = timings(
    "media_bridge_whoami_duration_seconds",
    "Time to ask the homeserver who makes a request",
    "outcome",
  );
  for (const queue of ["python", "upstream"]) waits.of(queue);
  for (const outcome of ["answered", "failed"]) [upstream, whoami].forEach((asked) => asked.of(outcome));
  new Gauge({
    name: "media_bridge_build_info",
    help: "1, with the versions of the service and of Node",
    labelNames: ["version", "node"] as const,
    registers,
  }).set({ version: VERSION, node: process.versions.node }, 1);
  return {
    requestEnded: countRoutes(durations, registers),
    waited: (queue, seconds) => waits.of(queue).observe(seconds),
    upstreamAsked: (outcome, seconds) => upstream.of(outcome).observe(seconds),
    whoamiAsked: (outcome, seconds) => whoami.of(outcome).observe(seconds),
    watchTraffic: (read) => watchTraffic(read, registers),
  };
}

interface RouteCounts {
  readonly durations: TimingSeries;
  readonly byStatus: Map<number | "aborted", number>;
}

/** Counts requests by route and status, as plain numbers until they are read. */
function countRoutes(durations: Timings<"route">, registers: Registry[]): Metrics["requestEnded"] {
  const routes = new Map<string, RouteCounts>();
  const requests: Counter<"route" | "status"> = new Counter({
    name: "media_bridge_http_requests_total",
    help: "Requests, by route and by the status of their answer",
    labelNames: ["route", "status"] as const,
    registers,
    collect() {
      requests.reset();
      for (const [route, { byStatus }] of routes) {
        for (const [status, count] of byStatus) requests.inc({ route, status }, count);
      }
    },
  });
  return (route, status, seconds) => {
    let counts = routes.get(route);
    if (counts === undefined) routes.set(route, (counts = { durations: durations.of(route), byStatus: new Map() }));
    counts.durations.observe(seconds);
    counts.byStatus.set(status, (counts.byStatus.get(status) ?? 0) + 1);
  };
}

function watchTraffic(read: () => Traffic, registers: Registry[]): void {
  const counter = (name: string, help: string, value: (traffic: Traffic) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value(read()));
      },
    });
  counter(
    "media_bridge_http_received_bytes_total",
    "Bytes received from clients, heads included",
    ({ receivedBytes }) => receivedBytes,
  );
  counter("media_bridge_http_sent_bytes_total", "Bytes sent to clients, heads included", ({ sentBytes }) => sentBytes);
}
