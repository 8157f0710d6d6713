import { ModuleDatabaseError } from "../../module-api/module-database.ts";
import { ThreadError } from "../../util/threads/thread-messages.ts";
import { ThreadLostError, WorkerThread } from "../../util/threads/worker-thread.ts";
import type { SqliteCommand, SqliteConnectionData, SqliteResult } from "./sqlite-connection-thread.ts";

/** One connection on a thread of its own, which starts with the first request and again after it was lost. */
export class SqliteThread {
  readonly #path: string;
  readonly #thread: WorkerThread<SqliteCommand, SqliteResult | undefined>;

  constructor(options: SqliteConnectionData) {
    this.#path = options.path;
    this.#thread = new WorkerThread({
      module: new URL("./sqlite-connection-thread", import.meta.url),
      workerData: options,
    });
  }

  /** Answers commands in their order. Rejects with a {@link ModuleDatabaseError}. */
  async ask(command: SqliteCommand): Promise<SqliteResult | undefined> {
    try {
      return await this.#thread.ask(command);
    } catch (error) {
      throw this.#describe(error);
    }
  }

  /** Ends the thread after the commands before this call. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  #describe(cause: unknown): ModuleDatabaseError {
    if (cause instanceof ThreadError) {
      return new ModuleDatabaseError("SQL", cause.message, { cause, sqlCode: cause.code });
    }
    if (cause instanceof ThreadLostError) {
      const message = `The database ${this.#path} cannot be reached: ${cause.message}`;
      return new ModuleDatabaseError("UNAVAILABLE", message, { cause });
    }
    return new ModuleDatabaseError("SQL", `A parameter cannot be stored: ${String(cause)}`, { cause });
  }
}
