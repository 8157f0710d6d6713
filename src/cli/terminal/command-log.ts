import type { Config } from "../../config/config.ts";
import { createLogger, type Logger } from "../../util/log.ts";
import { BatchedOutput } from "../../util/log/batched-output.ts";
import { loadFormat } from "../../util/log/open-log.ts";
import { openStdout } from "../../util/log/stdout.ts";
import type { Progress } from "./progress.ts";

/** The warnings of a command that shows its progress, on stdout. */
export async function openCommandLog({ mediaBridge }: Config, progress: Progress): Promise<Logger> {
  const stdout = openStdout();
  const write = (lines: string) => progress.interrupt(() => stdout.write(lines));
  const destination = { write, takeLost: () => stdout.takeLost(), drain: (ms: number) => stdout.drain(ms) };
  return createLogger("warn", new BatchedOutput(destination, await loadFormat(mediaBridge.log.format)));
}
