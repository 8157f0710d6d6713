import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { StartError } from "../../errors.ts";
import { MAX_LINE_BYTES } from "./format.ts";

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end; undefined where it is not UTF-8, or is longer than {@link MAX_LINE_BYTES} and was not read on. */
  readonly text: string | undefined;
  /** Whether it has an end: the last line of a file that was cut has none. */
  readonly isWhole: boolean;
  /** Where the next line begins, in bytes. */
  readonly endsAt: number;
}

const LINE_FEED = 0x0a;
/** A pipe would be waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads a file line by line, holding no more than a line of it. It ends with the first line that is too long: what is
 * not text may have gigabytes without an end of line. Rejects where the file cannot be read, and with a StartError
 * where it is a pipe, a device or a folder.
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  await using file = await open(path, FLAGS);
  if (!(await file.stat()).isFile()) throw new StartError("CONFIG", `${path} is not a file: name a recording`);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pieces: Buffer[] = [];
  let held = 0;
  let number = 0;
  let endsAt = 0;
  const take = (isWhole: boolean): Line => {
    number += 1;
    const text = held > MAX_LINE_BYTES ? undefined : decode(decoder, pieces);
    [pieces, held] = [[], 0];
    return { number, text, isWhole, endsAt };
  };
  for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      hold(chunk.subarray(from, to));
      endsAt += 1;
      from = to + 1;
      yield take(true);
    }
    if (from < chunk.length) hold(chunk.subarray(from));
    if (held > MAX_LINE_BYTES) {
      yield take(true);
      return;
    }
  }
  if (held > 0) yield take(false);

  function hold(piece: Buffer): void {
    pieces.push(piece);
    held += piece.length;
    endsAt += piece.length;
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, pieces: readonly Buffer[]): string | undefined {
  try {
    return decoder.decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  } catch {
    return undefined;
  }
}
