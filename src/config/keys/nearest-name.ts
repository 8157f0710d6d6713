/**
 * The name among `known` that is at most `within` edits (insert, delete, replace) away from `name`; the nearest, if
 * any.
 */
export function findNearestName(name: string, known: Iterable<string>, within: number): string | undefined {
  let nearest: string | undefined;
  let best = within + 1;
  for (const candidate of known) {
    const edits = countEdits(name, candidate);
    if (edits < best) [nearest, best] = [candidate, edits];
  }
  return nearest;
}

function countEdits(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 0; row < left.length; row++) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column++) {
      const replaced = (previous[column] ?? 0) + (right[column] === left[row] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
