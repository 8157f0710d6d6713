import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HEADER_BYTES } from "../../src/bridge/transport/codec.ts";
import { ROOT } from "../support/root.ts";

/** Who reads. */
export type Reader = "host" | "child";

/** A message of the protocol. */
export type Message = readonly unknown[];

/** What one side reads from its beginning to its end. */
export interface Stream {
  readonly name: string;
  /** Frames as they are sent, some of them broken. */
  readonly frames: readonly Buffer[];
  /** The messages of the first frames, up to the first that was changed. */
  readonly sound: readonly Message[];
}

/** What the fuzzing starts from. */
export interface Corpus {
  /** Valid messages; where they carry an id it is 0, to be replaced. */
  readonly messages: readonly Message[];
  /** Bodies of the golden vectors: values of every form that msgpack has. */
  readonly values: readonly Buffer[];
  /** What did harm once. */
  readonly regressions: readonly Stream[];
}

interface CorpusFile {
  readonly toHost: readonly Message[];
  readonly toChild: readonly Message[];
  readonly regressions: readonly {
    readonly name: string;
    readonly to: Reader;
    /** Bytes in hexadecimal, and how often they are repeated. */
    readonly body: readonly (readonly [hex: string, times: number])[];
  }[];
}

/** Reads `test/fixtures/wire` for one direction. */
export function readCorpus(reader: Reader): Corpus {
  const { toHost, toChild, regressions } = read("corpus.json") as CorpusFile;
  const vectors = read("vectors.json") as { readonly frame: string }[];
  return {
    messages: reader === "host" ? toHost : toChild,
    values: vectors.map(({ frame }) => Buffer.from(frame, "hex").subarray(HEADER_BYTES)),
    regressions: regressions
      .filter(({ to }) => to === reader)
      .map(({ name, body }) => ({
        name,
        frames: [
          frameOf(Buffer.concat(body.map(([hex, times]) => Buffer.alloc((hex.length / 2) * times, hex, "hex")))),
        ],
        sound: [],
      })),
  };
}

/** A frame around a body. */
export function frameOf(body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/** The message with an id, where it is a request or an answer. */
export function numberMessage([shape, ...rest]: Message, id: number): Message {
  return shape === 2 ? [shape, ...rest] : [shape, id, ...rest.slice(1)];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, "test/fixtures/wire", name), "utf8"));
}
