import { encodeFrame } from "../../src/bridge/transport/codec.ts";
import { type Corpus, type Message, numberMessage, type Stream } from "./corpus.ts";
import { Mutations } from "./mutations.ts";

const FRAMES = 100;
/** Every such frame is changed, on average: a few of a stream's frames are read before one of them ends it. */
const CHANGED_SHARE = 0.03;

/** Makes streams of a corpus, each with ids that count up. `opening` are messages that every stream begins with. */
export class Streams {
  readonly #corpus: Corpus;
  readonly #mutations: Mutations;
  readonly #random: () => number;
  readonly #opening: readonly Message[];
  /** Frames of messages by their ids: most are needed again and again. */
  readonly #encoded = new Map<Message, Buffer[]>();
  #count = 0;

  constructor(corpus: Corpus, random: () => number, opening: readonly Message[] = []) {
    this.#corpus = corpus;
    this.#random = random;
    this.#opening = opening;
    this.#mutations = new Mutations(random, corpus.values);
  }

  /** The next one. */
  next(): Stream {
    this.#count += 1;
    const messages = [...this.#opening];
    while (messages.length < FRAMES) messages.push(this.#mutations.pick(this.#corpus.messages));
    const ids = new Map<unknown, number>();
    // Requests and answers count up each for themselves.
    const numbered = messages.map((message) => {
      const id = (ids.get(message[0]) ?? 0) + 1;
      ids.set(message[0], id);
      return [message, id] as const;
    });
    const encoded = numbered.map(([message, id]) => this.#encode(message, id));
    let sound = encoded.length;
    const frames = encoded.flatMap((frame, index) => {
      if (this.#random() >= CHANGED_SHARE) return [frame];
      sound = Math.min(sound, index);
      return this.#mutations.mutate(frame, encoded);
    });
    return {
      name: `stream ${this.#count}`,
      frames,
      sound: numbered.slice(0, sound).map(([message, id]) => numberMessage(message, id)),
    };
  }

  /** The bytes cut into chunks, as a pipe might hand them on. */
  cut(bytes: Buffer): Buffer[] {
    if (this.#random() < 0.5) return [bytes];
    const cuts = Array.from({ length: 1 + this.#mutations.below(8) }, () => this.#mutations.below(bytes.length + 1));
    const points = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
  }

  #encode(message: Message, id: number): Buffer {
    const frames = this.#encoded.get(message) ?? [];
    this.#encoded.set(message, frames);
    return (frames[id] ??= Buffer.from(encodeFrame(numberMessage(message, id))));
  }
}
