/** A place in {@link ShortLived}. */
interface Place<T> {
  readonly value: T;
  index: number;
}

/**
 * Values that come and go with each request. A `Set` would make V8 keep them: every few additions it replaces its table
 * by a new one, to which the old one still points. Once one of the tables is in the old space, all later ones survive
 * there too, with the requests that they hold, until the whole heap is collected.
 */
export class ShortLived<T> {
  readonly #places: Place<T>[] = [];

  get size(): number {
    return this.#places.length;
  }

  /** Adds a value; answers what removes it, once. */
  add(value: T): () => void {
    const place: Place<T> = { value, index: this.#places.length };
    this.#places.push(place);
    return () => this.#remove(place);
  }

  /** All values, as they are now. */
  list(): T[] {
    return this.#places.map(({ value }) => value);
  }

  #remove(place: Place<T>): void {
    if (this.#places[place.index] !== place) return;
    const last = this.#places.pop();
    if (last === undefined || last === place) return;
    last.index = place.index;
    this.#places[place.index] = last;
  }
}
