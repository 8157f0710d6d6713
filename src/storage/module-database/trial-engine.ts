import type { Session, TransactionEngine } from "./engine.ts";

/** For a look at modules: transactions run as usual, but what they write is rolled back at their end. */
export class TrialEngine implements TransactionEngine {
  readonly #engine: TransactionEngine;
  readonly #onWrite: () => void;

  /** @param onWrite called for each statement that changed rows */
  constructor(engine: TransactionEngine, onWrite: () => void) {
    this.#engine = engine;
    this.#onWrite = onWrite;
  }

  async begin(remainingMs: number): Promise<Session> {
    const session = await this.#engine.begin(remainingMs);
    return {
      execute: async (sql, params) => {
        const result = await session.execute(sql, params);
        if (result.changes > 0) this.#onWrite();
        return result;
      },
      commit: () => session.abandon(),
      abandon: () => session.abandon(),
    };
  }

  isWorthRetrying(error: unknown): boolean {
    return this.#engine.isWorthRetrying(error);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
