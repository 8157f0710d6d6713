import { z } from "zod";

const RecordSchema = z.record(z.string(), z.unknown()).readonly();

/** A line of the child that starts with U+001E: a JSON map. */
export type ChildRecord = z.infer<typeof RecordSchema>;

export interface StderrEvents {
  readonly onRecord: (record: ChildRecord) => void;
  /** A printed line, or a whole traceback. */
  readonly onText: (text: string) => void;
}

/** Longer lines, and longer tracebacks, are cut. */
export const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const RECORD_MARK = "\u001e";
const TRACEBACK = "Traceback (most recent call last):";

/** Turns what a child writes to its standard error into records and texts. */
export class StderrLines {
  readonly #events: StderrEvents;
  #pieces: Buffer[] = [];
  #lineBytes = 0;
  #traceback: string[] = [];
  #tracebackChars = 0;

  constructor(events: StderrEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#collect(chunk.subarray(start, end));
      this.#finishLine();
      start = end + 1;
    }
    this.#collect(chunk.subarray(start));
  }

  /** The end of the data: passes on what was not finished. */
  end(): void {
    if (this.#lineBytes > 0) this.#finishLine();
    this.#finishTraceback();
  }

  #collect(piece: Buffer): void {
    const taken = piece.subarray(0, MAX_LINE_BYTES - this.#lineBytes);
    if (taken.length === 0) return;
    // A copy: a slice would keep the whole chunk in memory until the line is finished.
    this.#pieces.push(Buffer.from(taken));
    this.#lineBytes += taken.length;
  }

  #finishLine(): void {
    const line = Buffer.concat(this.#pieces, this.#lineBytes).toString("utf8").replace(/\r$/, "");
    this.#pieces = [];
    this.#lineBytes = 0;
    const record = line.startsWith(RECORD_MARK) ? parseRecord(line) : undefined;
    if (record === undefined) this.#takeText(line);
    else this.#events.onRecord(record);
  }

  #takeText(line: string): void {
    if (line === TRACEBACK) {
      this.#finishTraceback();
      this.#addToTraceback(line);
    } else if (this.#traceback.length === 0) {
      if (line !== "") this.#events.onText(line);
    } else {
      this.#addToTraceback(line);
      // The first line that is not indented names the exception.
      if (!/^\s|^$/.test(line) || this.#tracebackChars > MAX_LINE_BYTES) this.#finishTraceback();
    }
  }

  #addToTraceback(line: string): void {
    this.#traceback.push(line);
    this.#tracebackChars += line.length;
  }

  #finishTraceback(): void {
    if (this.#traceback.length > 0) this.#events.onText(this.#traceback.join("\n"));
    this.#traceback = [];
    this.#tracebackChars = 0;
  }
}

function parseRecord(line: string): ChildRecord | undefined {
  try {
    return RecordSchema.parse(JSON.parse(line.slice(RECORD_MARK.length)));
  } catch {
    return undefined;
  }
}
