import type { Session, TransactionEngine } from "./engine.ts";

/** For a look at modules: transactions run as usual, but what they write is rolled back at their end. */
export class TrialEngine implements TransactionEngine {
  readonly #engine: TransactionEngine;

  constructor(engine: TransactionEngine) {
    this.#engine = engine;
  }

  async begin(remainingMs: number): Promise<Session> {
    const session = await this.#engine.begin(remainingMs);
    return {
      execute: (sql, params) => session.execute(sql, params),
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
