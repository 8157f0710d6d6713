/** Where the indexes of candidates that decide begin: far behind those of all modules and storage providers. */
const FIRST = 10_000;

/** The index of the candidate of a module, which lives in the chains beside it. */
export function candidateIndex(index: number): number {
  return FIRST + index;
}

export function isCandidate(index: number): boolean {
  return index >= FIRST;
}

/** The index of the module that a candidate is to replace; of another module its own. */
export function originalIndex(index: number): number {
  return isCandidate(index) ? index - FIRST : index;
}
