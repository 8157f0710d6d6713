import type { UnrecordedDoubts } from "../guard/unrecorded-doubts.ts";

/** Doubts about the uploads to this process. */
export class InProcessUnrecordedDoubts implements UnrecordedDoubts {
  /** When each user's last one began. */
  readonly #doubtedTs = new Map<string, number>();

  async add(userId: string, doubtedTs: number): Promise<void> {
    this.#doubtedTs.set(userId, doubtedTs);
  }

  async has(userId: string): Promise<boolean> {
    return this.#doubtedTs.has(userId);
  }

  async resolve(userId: string, settledTs: number): Promise<void> {
    if ((this.#doubtedTs.get(userId) ?? Infinity) < settledTs) this.#doubtedTs.delete(userId);
  }
}
