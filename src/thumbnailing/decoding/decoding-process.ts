import { constants, getPriority, setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { ThumbnailJob } from "../../media/thumbnails/thumbnailer.ts";
import type { ChildReply } from "../messages.ts";
import { failureOf } from "./describe-failure.ts";
import { isTooLittle, starved } from "../starved.ts";
import { makeThumbnails } from "./make-thumbnails.ts";

/**
 * The program of a decoding child: a job is a line of JSON on its standard input, and its reply a line on its standard
 * output. It does one job at a time.
 */

/** A decoder takes the time that the service and its homeserver leave: nice 10. Lower, if it already is, stays. */
if (getPriority() < constants.priority.PRIORITY_BELOW_NORMAL) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(JSON.parse(line) as ThumbnailJob));
// The service has ended, or wants no more. An orderly exit would wait for the decoder's thread.
lines.on("close", () => process.kill(process.pid, "SIGKILL"));
reply({ kind: "ready" });

async function answer(job: ThumbnailJob): Promise<void> {
  const isStarved = watchProcessor();
  try {
    reply({ kind: "done", ...(await makeThumbnails(job)) });
  } catch (error) {
    const failure = failureOf(error);
    const { code, message, cause } = failure.code === "TIMEOUT" && isStarved() ? starved(failure.cause) : failure;
    reply({ kind: "failed", code, message, said: cause instanceof Error ? cause.message : "" });
  }
}

/** From now on: answers whether the machine left this process less than half of the time. */
function watchProcessor(): () => boolean {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return isTooLittle((user + system) / 1000, performance.now() - startedMs);
  };
}

function reply(message: ChildReply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
