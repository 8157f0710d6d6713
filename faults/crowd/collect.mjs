// Preloaded into a service whose memory is measured: on SIGUSR2 it collects all garbage and reports that in a line of
// its output.
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

/** Gives back what the heap holds for garbage to come as well: else the most that there ever was counts as resident. */
function collect() {
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
}

if (isMainThread) {
  process.on("SIGUSR2", () => {
    // What the first one finalizes, the second one frees.
    collect();
    setImmediate(() => {
      collect();
      const { rss, heapUsed, external } = process.memoryUsage();
      process.stdout.write(`${JSON.stringify({ collected: true, rss, heapUsed, external })}\n`);
    });
  });
}
