import { parentPort } from "node:worker_threads";

/** What a `WorkerThread` sends to its thread. */
export type ThreadRequest = { readonly question: unknown; readonly close?: never } | { readonly close: true };

/** What the thread sends back, once for each request. */
export interface ThreadReply {
  readonly answer?: unknown;
  readonly error?: { readonly message: string; readonly code: string | undefined };
}

/** What the handler of a thread threw. Only its message and its `code` are sent between threads. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

/**
 * Call this in a worker's module: it answers each request with what `handle` returns or throws. `close` runs when the
 * thread is told to end.
 */
export function answerRequests(handle: (question: never) => unknown, close: () => void = () => undefined): void {
  const port = parentPort;
  if (port === null) throw new Error("this module runs in a worker thread");
  port.on("message", (request: ThreadRequest) => {
    if (request.close === true) {
      close();
      port.close();
      return;
    }
    port.postMessage(replyTo(() => handle(request.question as never)));
  });
}

function replyTo(run: () => unknown): ThreadReply {
  try {
    return { answer: run() };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { error: { message, code } };
  }
}
