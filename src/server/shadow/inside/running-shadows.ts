import { join } from "node:path";
import { portableArgs, saidOf } from "../../../callbacks/asked/said-of.ts";
import { type CallbackKinds, type KindName, KINDS } from "../../../callbacks/kinds.ts";
import type { SlotRecord } from "../../../callbacks/slots/slot.ts";
import type { HeardQuestion, Hearing, ToldQuestion } from "../../../inside/shadows.ts";
import type { FileInfo, PythonFileInfo } from "../../../media-file.ts";
import type { Answered, Asked } from "../../../shadow/asked.ts";
import type { ShadowStatus } from "../../../shadow/run/shadow-status.ts";
import { KeptFiles, type SharedLink } from "../kept-files.ts";
import type { ShadowRun } from "../shadow-run.ts";
import { nameOwnFolder, removeFolder } from "./left-files.ts";

const SPAM = "check_media_file_for_spam";

/** The shadows of one entry of a Synapse's `modules:`, and the files that they look at. */
export class RunningShadows {
  readonly #runs: ReadonlyMap<number, ShadowRun>;
  readonly #filesFolder: string;
  readonly #keptFolder: string;
  readonly #kept: KeptFiles;

  /** @param filesFolder for folders of files, each named by the process that made it */
  constructor(runs: readonly ShadowRun[], filesFolder: string) {
    this.#runs = new Map(runs.map((run) => [run.index, run]));
    this.#filesFolder = filesFolder;
    this.#keptFolder = join(filesFolder, nameOwnFolder());
    this.#kept = new KeptFiles(this.#keptFolder);
  }

  hear(index: number, question: HeardQuestion): Hearing | Promise<Hearing> | undefined {
    const run = this.#runs.get(index);
    const part = run?.share ?? 0;
    if (run === undefined || Math.random() >= part) return undefined;
    const askedTs = Date.now();
    const offer = (file: SharedLink | undefined): Hearing => {
      return (record, value) => {
        const answered = record && answeredOf(question, { record, value, askedTs });
        if (answered !== undefined) run.offer(answered, "original", file?.hold(), part);
        file?.release();
      };
    };
    if (question.kind !== SPAM) return offer(undefined);
    const [path, info] = question.args as CallbackKinds[typeof SPAM]["args"];
    return this.#kept.keep(path, info).then(offer);
  }

  take({ index, answered, part, filePath }: ToldQuestion): void {
    const run = this.#runs.get(index);
    if (run === undefined) return;
    const { asked } = answered;
    if (asked.kind !== SPAM) return run.offer(answered, "original", undefined, part);
    if (filePath === undefined) return run.countDropped(SPAM);
    void this.#offerWithFile(run, answered, { filePath, part });
  }

  countDropped(index: number, kind: KindName, count: number): void {
    for (let left = count; left > 0; left -= 1) this.#runs.get(index)?.countDropped(kind);
  }

  shares(): (readonly [index: number, share: number])[] {
    return [...this.#runs].map(([index, run]) => [index, run.share] as const);
  }

  status(): ShadowStatus[] {
    return [...this.#runs.values()].map((run) => run.status);
  }

  /** Removes what a Synapse process linked and did not hand over. Never rejects. */
  forget(filesName: string): Promise<void> {
    return removeFolder(join(this.#filesFolder, filesName));
  }

  /** Never rejects: a file may just be linked, so that its folder cannot be removed. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.close(graceMs)));
    await removeFolder(this.#keptFolder);
  }

  async #offerWithFile(run: ShadowRun, answered: Answered, { filePath, part }: { filePath: string; part: number }) {
    const file = await this.#kept.takeOver(filePath, infoOf(answered.asked));
    run.offer(answered, "original", file.hold(), part);
    file.release();
  }
}

function answeredOf<K extends KindName>(
  { kind, args, user }: HeardQuestion<K>,
  { record, value, askedTs }: { record: SlotRecord; value: unknown; askedTs: number },
): Answered {
  const asked: Asked = {
    kind,
    args: portableArgs(kind, args),
    user: KINDS[kind].namesUser ? args[0] : user,
    askedTs,
  };
  return { asked, said: saidOf(kind, record, value), micros: record.micros };
}

function infoOf({ args: [, info] }: Asked): FileInfo {
  const { server_name, file_id, url_cache, thumbnail } = info as unknown as PythonFileInfo;
  return { serverName: server_name, fileId: file_id, urlCache: url_cache, thumbnail };
}
