import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the storage providers of tests lie. */
export const PROVIDERS = fileURLToPath(new URL("../fixtures/providers", import.meta.url));

/** What happens when the provider is called; names of methods in scripted_provider.py. */
export interface Behaviour {
  readonly store?: string;
  readonly fetch?: string;
  /** Of the class `Deleting`. */
  readonly delete?: string;
}

export interface ProviderCall {
  readonly call: "store" | "fetch" | "delete";
  readonly path: string;
  readonly server_name: string | null;
  readonly file_id: string;
}

/** The folder of one scripted provider, through which a test speaks to it. */
export class ScriptedProvider {
  readonly folder: string;
  readonly className: string;

  constructor(folder: string, className = "Scripted") {
    this.folder = folder;
    this.className = className;
    mkdirSync(folder, { recursive: true });
  }

  /** What the log calls it, where it is the only one of its class. */
  get name(): string {
    return `scripted_provider.${this.className}`;
  }

  /** An entry of `media_storage_providers`. */
  entry(options: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      module: this.name,
      store_local: true,
      store_synchronous: true,
      config: { folder: this.folder },
      ...options,
    };
  }

  behave(behaviour: Behaviour): void {
    writeFileSync(join(this.folder, "behaviour.json"), JSON.stringify(behaviour));
  }

  /** Lets those through that wait (`fetch: gated`). */
  open(): void {
    writeFileSync(join(this.folder, "open"), "");
  }

  calls(call?: ProviderCall["call"]): ProviderCall[] {
    const lines = this.read("calls.log").split("\n").filter(Boolean);
    const calls = lines.map((line) => JSON.parse(line) as ProviderCall);
    return calls.filter((one) => call === undefined || one.call === call);
  }

  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** What it keeps of local media; undefined where it has nothing. */
  kept(mediaId: string): Buffer | undefined {
    const path = join(this.folder, "kept", localPath(mediaId));
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** Resolves once it has the file. */
  async hasStored(mediaId: string): Promise<Buffer> {
    const path = join(this.folder, "kept", localPath(mediaId));
    await fileAppears(path);
    return readFileSync(path);
  }

  /** Resolves once so many calls have come. */
  async called(call: ProviderCall["call"], times: number): Promise<void> {
    await fileChanges(join(this.folder, "calls.log"), () => this.calls(call).length >= times);
  }
}

/** The path of local media, relative to the media store. */
export function localPath(mediaId: string): string {
  return `local_content/${mediaId.slice(0, 2)}/${mediaId.slice(2, 4)}/${mediaId.slice(4)}`;
}

/** What an operator's clean-up job does. */
export function removeFromStore(store: string, mediaId: string): void {
  rmSync(join(store, localPath(mediaId)));
}

/** Resolves once the file is there. */
export async function fileAppears(path: string): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  await fileChanges(path, () => existsSync(path));
}

/** Resolves once the condition holds, which is looked at whenever something in the file's folder changes. */
export function fileChanges(path: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), () => look());
    const look = () => {
      if (!holds()) return;
      watcher.close();
      resolve();
    };
    look();
  });
}
