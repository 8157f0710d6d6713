import type { Connection } from "../bridge/transport/connection.ts";
import { BatchedOutput } from "../util/log/batched-output.ts";
import { FileDestination } from "../util/log/file-destination.ts";
import type { LogDestination, LostLines } from "../util/log/log-destination.ts";
import { createLogger, type Level, type Logger } from "../util/log.ts";

const STDERR = 2;

/** Sends the log to the Synapse that started this process, whose own log has its lines; to stderr without a channel. */
export class ChannelLog implements LogDestination {
  readonly #stderr = new FileDestination(STDERR);
  #connection: Connection | undefined;
  #isOpen = false;

  /** From now on lines go over this connection, for as long as it is open. */
  attach(connection: Connection): void {
    this.#connection = connection;
    this.#isOpen = true;
    void connection.closed.then(() => (this.#isOpen = false));
  }

  /** A log of this level; Synapse's own logging configuration decides which of its lines are kept. */
  logger(level: Level): Logger {
    return createLogger(level, new BatchedOutput(this));
  }

  write(lines: string): void {
    try {
      if (!this.#isOpen) return this.#stderr.write(lines);
      for (const line of lines.split("\n")) if (line !== "") this.#connection?.notify("log", { line });
    } catch {
      // Synapse does not read, or the line cannot be sent.
      this.#stderr.write(lines);
    }
  }

  takeLost(): LostLines | undefined {
    return this.#stderr.takeLost();
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }
}
