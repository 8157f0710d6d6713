import { constants } from "node:os";
import { listenForSynapse } from "../inside/listen.ts";
import type { OpenShadows } from "../inside/shadows.ts";
import { serveStdio } from "../inside/stdio.ts";
import { openLog } from "../util/log/open-log.ts";

/** How long the last lines of the log may wait for a slow reader. */
const DRAIN_MS = 1_000;
/** A signal's number is added to it: the exit status that shells show for an end by this signal. */
const BY_SIGNAL = 128;

/**
 * `media-bridge callbacks`: hosts TypeScript modules for the Synapse that started it, or for those that connect to a
 * socket. Resolves once it may end. Rejects with a StartError.
 */
export async function callbacks({ socket }: { readonly socket: string | undefined }): Promise<void> {
  // A promise that no code of a module awaits is the module's fault, and ends no other one.
  process.on("unhandledRejection", (error) => console.error("a promise was rejected, and no code awaits it:", error));
  if (socket === undefined) return serveStdio(lazily());
  const { log, drain } = await openLog({ level: "info", format: "auto" });
  const listening = await listenForSynapse(socket, log, { openShadows: lazily() });
  log.info({ socket }, "ready");
  const signal = await new Promise<NodeJS.Signals>((resolve) =>
    process.once("SIGTERM", resolve).once("SIGINT", resolve),
  );
  process.once("SIGTERM", () => process.exit(BY_SIGNAL + constants.signals.SIGTERM));
  log.info({ signal }, "stopping");
  await listening.stop();
  await drain(DRAIN_MS);
}

/** Most hosts have no shadow, and load nothing for them. */
function lazily(): OpenShadows {
  let open: Promise<OpenShadows> | undefined;
  return async (request) => {
    open ??= import("../server/shadow/inside/open-inside-shadows.ts").then((found) => found.shareInsideShadows());
    return (await open)(request);
  };
}
