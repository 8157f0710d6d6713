/** What could not be written. */
export interface LostLines {
  readonly lines: number;
  /** In words, such as the system's code. */
  readonly reason: string;
}

/** Where the log goes. Nothing about it, full, gone or not read, holds up the service, and nothing throws. */
export interface LogDestination {
  /** Takes whole lines. Those that cannot be written are counted. */
  write(lines: string): void;
  /** What was lost since the last call, where lines can be written again; undefined where nothing was, or they still cannot. */
  takeLost(): LostLines | undefined;
  /** Resolves once everything is written, after `deadlineMs` at the latest. */
  drain(deadlineMs: number): Promise<void>;
}
