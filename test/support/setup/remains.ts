/** What ends and removes what the tests of a file have left. */
const removals: (() => unknown)[] = [];

/**
 * Has something removed after the last test of the file that runs now. A helper cannot register a hook for that when it
 * is loaded: files that share a process load it once.
 */
export function removeAfterFile(remove: () => unknown): void {
  removals.push(remove);
}

export async function removeRemains(): Promise<void> {
  for (const remove of removals.splice(0)) await remove();
}
