import type { Session } from "node:inspector/promises";
import { setTimeout as wait } from "node:timers/promises";

/** A worker that a session has attached to, as the inspector tells it. */
interface Attached {
  readonly params: { readonly sessionId: string; readonly workerInfo: { readonly title: string } };
}

/**
 * Ends what a thread of this process is running, as JavaScript alone can be ended, and not the thread: it continues
 * with its next task. Takes `withinMs` at most. Never rejects. `threadId` is that of `node:worker_threads`.
 */
export async function interruptThread(threadId: number, withinMs: number): Promise<void> {
  let session: Session | undefined;
  try {
    // Within this process: no port is opened. Some builds of Node.js have no inspector.
    const inspector = await import("node:inspector/promises");
    session = new inspector.Session();
    session.connect();
    await Promise.race([terminateIn(session, threadId), wait(withinMs)]);
    await session.post("NodeWorker.disable");
  } catch {
    // The thread is ended as it is.
  } finally {
    session?.disconnect();
  }
}

/** Resolves once the thread has said that it has done so. */
async function terminateIn(session: Session, threadId: number): Promise<void> {
  const attached = Promise.withResolvers<string>();
  const done = Promise.withResolvers<void>();
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }: Attached) => {
    // Its `workerId` is the session's own number for it.
    if (workerInfo.title.startsWith(`[worker ${threadId}] `)) attached.resolve(sessionId);
  });
  session.on("NodeWorker.receivedMessageFromWorker", () => done.resolve());
  await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  const message = JSON.stringify({ id: 1, method: "Runtime.terminateExecution" });
  await session.post("NodeWorker.sendMessageToWorker", { sessionId: await attached.promise, message });
  await done.promise;
}
