import { ModuleUnavailable } from "../callbacks/failure.ts";
import type { LoadedProvider } from "./load.ts";
import type { Doubt, ProviderParts, WantedFile } from "./provider-parts.ts";
import type { PythonHost } from "./python/python-host.ts";
import { PythonProvider, PythonProviderGroup } from "./python/python-providers.ts";
import { TypeScriptProvider } from "./typescript/typescript-provider.ts";

export interface StorageProvidersOptions extends ProviderParts {
  readonly hosts: { childOf(index: number): Pick<PythonHost, "request"> | undefined } | undefined;
  readonly entries: readonly LoadedProvider[];
}

/** Providers that are asked for a file in one go. */
interface FetchGroup {
  /** Rejects with a {@link ModuleUnavailable} where they cannot be asked, with another error where the disk fails. */
  fetch(wanted: WantedFile): Promise<true | Doubt>;
}

/** The storage providers of the configuration, of both languages, in its order. */
export class LoadedStorageProviders {
  readonly all: readonly (PythonProvider | TypeScriptProvider)[];
  readonly #groups: readonly FetchGroup[];

  constructor({ hosts, entries, ...parts }: StorageProvidersOptions) {
    const all: (PythonProvider | TypeScriptProvider)[] = [];
    const groups: FetchGroup[] = [];
    let last: PythonProviderGroup | undefined;
    for (const entry of entries) {
      if (entry.language === "typescript") {
        const provider = new TypeScriptProvider(entry, parts);
        all.push(provider);
        groups.push(provider);
        last = undefined;
        continue;
      }
      const host = hosts?.childOf(entry.index);
      if (host === undefined) throw new TypeError("a storage provider lives in no child");
      all.push(new PythonProvider(entry, host, parts));
      if (last?.host !== host) groups.push((last = new PythonProviderGroup(host, parts)));
      last.add(entry);
    }
    this.all = all;
    this.#groups = groups;
  }

  /**
   * Asks one provider after the other, those of one Python child in one round trip. True where the right file is at
   * `spoolPath`, false where every provider says that it does not have the file. Rejects where none returns it and one
   * of them did not say so: with a {@link ModuleFailure} of a provider that failed, with a {@link ModuleUnavailable}
   * where one could not be asked.
   */
  async fetch(wanted: WantedFile): Promise<boolean> {
    let doubt: Error | undefined;
    for (const group of this.#groups) {
      try {
        const answer = await group.fetch(wanted);
        if (answer === true) return true;
        doubt ??= answer;
      } catch (error) {
        if (!(error instanceof ModuleUnavailable)) throw error;
        doubt ??= error;
      }
    }
    if (doubt !== undefined) throw doubt;
    return false;
  }
}
