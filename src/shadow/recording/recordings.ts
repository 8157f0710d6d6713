import type { AnsweredListener } from "../../callbacks/asked/walk-hearing.ts";
import type { RecordConfig } from "../../config/schema/record.ts";
import type { Logger } from "../../util/log.ts";
import { FORMAT, FORMAT_VERSION, type RecordingHeader } from "./format.ts";
import { Recorder, type RecordingOutcome } from "./recorder.ts";
import { RecordingFile } from "./recording-file.ts";

/** What live traffic is recorded with. */
export interface RecordingsOptions {
  readonly serverName: string;
  /** The version of the service. */
  readonly service: string;
  readonly log: Logger;
  readonly count: (outcome: RecordingOutcome, questions: number) => void;
}

/** The recording of one configuration. */
export interface OpenedRecording {
  readonly take: AnsweredListener;
  /** Resolves once everything that was taken is written. */
  close(): Promise<void>;
}

/**
 * The recordings of a process. After a reload the generation before may still answer requests, and writes to the same
 * file as the next one.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #files = new Map<string, { readonly opened: Promise<RecordingFile>; users: number }>();

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Begins to record, or continues. Rejects with a StartError where the file cannot be used. */
  async open({ path, maxBytes, sample }: RecordConfig): Promise<OpenedRecording> {
    const { log, count } = this.#options;
    const shared = this.#files.get(path) ?? { opened: RecordingFile.open(path, this.#header()), users: 0 };
    this.#files.set(path, shared);
    shared.users += 1;
    const leave = async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      this.#files.delete(path);
      await (await shared.opened).close();
    };
    const file = await shared.opened.catch((error: unknown) => {
      this.#files.delete(path);
      throw error;
    });
    const recorder = new Recorder(file, { maxBytes, sample, log, count });
    return {
      take: recorder.take,
      async close() {
        await recorder.close();
        await leave();
      },
    };
  }

  #header(): RecordingHeader {
    return newHeader(this.#options.serverName, this.#options.service);
  }
}

/** The header of a recording that begins now. */
export function newHeader(serverName: string, service: string): RecordingHeader {
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    server_name: serverName,
    started: new Date().toISOString(),
    service,
  };
}
