import type { Metrics } from "../../metrics/metrics.ts";
import type { Upstream } from "../../proxy/to-synapse.ts";

/** A Synapse of which it is counted how long requests wait for their turn, and how long it takes to answer. */
export function measureUpstream(upstream: Upstream, metrics: Metrics): Upstream {
  return {
    timeoutMs: upstream.timeoutMs,
    describeFailure: upstream.describeFailure,
    async turn(purpose, waiter) {
      const askedMs = performance.now();
      const turn = await upstream
        .turn(purpose, waiter)
        .finally(() => metrics.waited("upstream", secondsSince(askedMs)));
      return {
        send: (request) => measure(turn.send(request), metrics),
        exchange: (request) => measure(turn.exchange(request), metrics),
      };
    },
    load: () => upstream.load(),
    close: () => upstream.close(),
  };
}

async function measure<T>(asking: Promise<T>, metrics: Metrics): Promise<T> {
  const sentMs = performance.now();
  let outcome: "answered" | "failed" = "failed";
  try {
    const answer = await asking;
    outcome = "answered";
    return answer;
  } finally {
    metrics.upstreamAsked(outcome, secondsSince(sentMs));
  }
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}
