// Preloaded into a service whose memory is measured: on SIGUSR2 it collects all garbage and says so in a line of its output.
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

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
