import { StringDecoder } from "node:string_decoder";
import type { Readable } from "node:stream";

/** Calls back for each line of a stream, and once for a line that is longer than allowed; then it reads no further. */
export function readLines(stream: Readable, { maxChars, onLine, onTooLong }: LineOptions): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length <= maxChars) return;
    rest = "";
    stream.destroy();
    onTooLong();
  });
  // An error closes it too, and the end of the process says the rest.
  stream.on("error", () => undefined);
}

interface LineOptions {
  readonly maxChars: number;
  readonly onLine: (line: string) => void;
  readonly onTooLong: () => void;
}
