import { existsSync, readdirSync, statSync } from "node:fs";
import { watch } from "node:fs/promises";
import { join } from "node:path";
import type { TestService } from "../../support/service.ts";

/** What uploads left: what is in the store, and temporary names of what is not there as well. */
export function uploadFiles(service: TestService): string[] {
  const names = existsSync(temporaryFolder(service)) ? readdirSync(temporaryFolder(service)) : [];
  // The second name of a stored upload goes a little later than its answer.
  const temporary = names.filter(
    (name) => (statSync(join(temporaryFolder(service), name), { throwIfNoEntry: false })?.nlink ?? 2) < 2,
  );
  return [...Object.keys(service.files()), ...temporary].toSorted();
}

/** Waits until this holds of the files, which are returned, looking whenever an upload begins or ends on disk. */
export async function untilFiles(service: TestService, holds: (files: string[]) => boolean): Promise<string[]> {
  const stop = new AbortController();
  // Watching begins with the first question; what happened before it is seen by the first look.
  const changes = watch(temporaryFolder(service), { signal: stop.signal })[Symbol.asyncIterator]();
  let change = changes.next();
  try {
    for (;;) {
      const files = uploadFiles(service);
      if (holds(files)) return files;
      await change;
      change = changes.next();
    }
  } finally {
    change.catch(() => undefined);
    stop.abort();
  }
}

function temporaryFolder({ folder }: TestService): string {
  return join(folder, "data", "uploads");
}
