interface Node<T> {
  readonly children: Map<string, Node<T>>;
  value?: T;
}

/** What was found, and how many segments of the path led there. */
export interface Found<T> {
  readonly value: T;
  readonly depth: number;
}

/** Values at paths, by segments: finds the longest path that a request's path begins with. */
export class PathTree<T> {
  readonly #root: Node<T> = { children: new Map() };

  /** The value at exactly this path. */
  at(segments: readonly string[]): T | undefined {
    let node: Node<T> | undefined = this.#root;
    for (const segment of segments) node = node?.children.get(segment);
    return node?.value;
  }

  put(segments: readonly string[], value: T): void {
    let node = this.#root;
    for (const segment of segments) {
      const child: Node<T> = node.children.get(segment) ?? { children: new Map() };
      node.children.set(segment, child);
      node = child;
    }
    node.value = value;
  }

  find(segments: readonly string[]): Found<T> | undefined {
    let found: Found<T> | undefined;
    let node: Node<T> | undefined = this.#root;
    for (const [index, segment] of segments.entries()) {
      node = node.children.get(segment);
      if (node === undefined) break;
      if (node.value !== undefined) found = { value: node.value, depth: index + 1 };
    }
    return found;
  }
}
