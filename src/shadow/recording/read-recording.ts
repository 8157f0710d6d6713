import { StartError } from "../../errors.ts";
import {
  FORMAT_VERSION,
  MAX_LINE_BYTES,
  readHeader,
  readQuestion,
  type RecordedQuestion,
  type RecordingHeader,
} from "./format.ts";
import { type Line, readLines } from "./lines.ts";

/** A question of a recording, and where it is. */
export interface ReadQuestion {
  readonly question: RecordedQuestion;
  /** The number of its line, from 1. */
  readonly line: number;
  /** How much of the file has been read up to its end, in bytes. */
  readonly readBytes: number;
}

/** A recording that is being read. */
export interface OpenRecording {
  readonly header: RecordingHeader;
  /** For one reader. Rejects with a StartError at the first line that is damaged. */
  readonly questions: AsyncIterable<ReadQuestion>;
}

/**
 * Reads a recording, holding one line of it at a time. A last line that was cut, as a stop of the machine leaves it, is
 * left out, and `warn` gets a sentence about it. Rejects with a StartError that names the line and what to do.
 */
export async function openRecording(path: string, warn: (message: string) => void): Promise<OpenRecording> {
  const lines = readLines(path);
  return { header: await takeHeader(path, lines), questions: readQuestions(path, lines, warn) };
}

/** Reads the header of a recording alone. Rejects with a StartError. */
export async function readRecordingHeader(path: string): Promise<RecordingHeader> {
  const lines = readLines(path);
  const header = await takeHeader(path, lines);
  // It holds the file open.
  await lines.return(undefined);
  return header;
}

async function takeHeader(path: string, lines: AsyncGenerator<Line>): Promise<RecordingHeader> {
  try {
    const first = await lines.next();
    if (first.done === true) throw new StartError("CONFIG", `${path} is empty, and no recording: ${HOW_TO_RECORD}`);
    return headerOf(path, first.value);
  } catch (cause) {
    await lines.return(undefined);
    if (cause instanceof StartError) throw cause;
    throw new StartError("CONFIG", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

const HOW_TO_RECORD = "make one with media-bridge call --record, or with media_bridge.record";

async function* readQuestions(
  path: string,
  lines: AsyncGenerator<Line>,
  warn: (message: string) => void,
): AsyncGenerator<ReadQuestion> {
  for await (const line of lines) {
    try {
      if (line.text === undefined) throw new TypeError(`it is not UTF-8, or longer than ${MAX_LINE_BYTES} bytes`);
      yield { question: readQuestion(line.text), line: line.number, readBytes: line.endsAt };
    } catch (cause) {
      if (!line.isWhole) {
        warn(`${path}:${line.number}: the last line was cut, and is left out`);
        return;
      }
      const reason = `${path}:${line.number}: this line is damaged (${(cause as Error).message})`;
      throw new StartError("CONFIG", `${reason}: remove it (sed -i ${line.number}d ${path}), or record anew`, {
        cause,
      });
    }
  }
}

/** The header of a recording in its first line. Throws a StartError. */
export function headerOf(path: string, { text }: Pick<Line, "text">): RecordingHeader {
  const read = text === undefined ? undefined : readHeader(text);
  if (read === undefined) {
    throw new StartError(
      "CONFIG",
      `${path}:1: this is not a recording of questions, which begins with {"format":"media-bridge questions",…}: ${HOW_TO_RECORD}`,
    );
  }
  if ("header" in read) return read.header;
  const writer = read.service === undefined ? "the release that wrote it" : `release ${read.service}, which wrote it`;
  throw new StartError(
    "CONFIG",
    `${path}:1: the recording is of version ${read.version}, and this release reads version ${FORMAT_VERSION}: use ${writer}, or record anew`,
  );
}
