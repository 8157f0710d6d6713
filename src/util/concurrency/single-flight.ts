/** Shares work by key: calls that come while the same work is under way get its outcome. */
export class SingleFlight<Outcome> {
  readonly #underWay = new Map<string, Promise<Outcome>>();

  /** The outcome of `act`, or of the call of the same key that is under way already. An error is shared as well. */
  share(key: string, act: () => Promise<Outcome>): Promise<Outcome> {
    const shared = this.#underWay.get(key);
    if (shared !== undefined) return shared;
    const outcome = act().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, outcome);
    return outcome;
  }
}
