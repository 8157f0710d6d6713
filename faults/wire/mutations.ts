import { HEADER_BYTES } from "../../src/bridge/transport/codec.ts";
import { frameOf } from "./corpus.ts";

/** A number from 0 to 1. */
type Random = () => number;

/**
 * Encodings that decoders stumble over: lies about lengths and counts, types that may not travel, numbers at their
 * edges.
 */
const FRAGMENTS = (
  "c1 c0 c2 90 80 a0 ff 7f 00 cc80 d080 ce80000000 cfffffffffffffffff cf0020000000000001 d38000000000000000 ca7fc00000 " +
  "cb7ff0000000000000 cbfff0000000000000 cb7ff8000000000000 cb7fefffffffffffff ddffffffff dcffff dfffffffff deffff " +
  "dbffffffff daffff d9ff dd00000000 df00000000 db00000000 c6ffffffff c40161 c9ffffffff01 c70178aa d40100 d50100aa " +
  "d6ff00000000 d7ff0000000000000000 d80000000000000000000000000000000000 d4724091a16101 d66900000001 d67000000001 " +
  "a1ff a3eda080 a2c080 81a0c0 810102 81c0c0 a95f5f70726f746f5f5f 81a95f5f70726f746f5f5f81a161c3 ab636f6e7374727563746f72 " +
  `a6637265617465 ${"91".repeat(40)} ${"81a161".repeat(40)} ${"91".repeat(1100)} dc0200${"c0".repeat(512)} d9ff${"61".repeat(255)}`
)
  .split(" ")
  .map((hex) => Buffer.from(hex, "hex"));

/** A value in its bytes: what precedes its members (all of it where it has none), and the members. */
interface Node {
  head: Buffer;
  members: Node[];
}

/** The body of a valid frame as nodes. */
function parse(body: Buffer): Node {
  let position = 0;
  const take = (): Node => {
    const start = position;
    const token = body[position++] ?? 0;
    let members = 0;
    if (token >= 0x80 && token < 0x90) members = 2 * (token & 15);
    else if (token >= 0x90 && token < 0xa0) members = token & 15;
    else if (token >= 0xa0 && token < 0xc0) position += token & 31;
    else if (token >= 0xca && token <= 0xd3) position += [4, 8, 1, 2, 4, 8, 1, 2, 4, 8][token - 0xca] ?? 0;
    else if (token >= 0xd9 && token < 0xe0) {
      const size = [1, 2, 4, 2, 4, 2, 4][token - 0xd9] ?? 0;
      const declared = body.readUIntBE(position, size);
      position += size;
      if (token < 0xdc) position += declared;
      else members = token < 0xde ? declared : 2 * declared;
    }
    const head = body.subarray(start, position);
    return { head, members: Array.from({ length: members }, take) };
  };
  return take();
}

function write(node: Node): Buffer {
  return Buffer.concat([node.head, ...node.members.map(write)]);
}

function list(node: Node): Node[] {
  return [node, ...node.members.flatMap(list)];
}

/** Changes frames, as a seed decides. */
export class Mutations {
  readonly #random: Random;
  readonly #values: readonly Buffer[];

  /** `values` are bodies to put where other values were. */
  constructor(random: Random, values: readonly Buffer[]) {
    this.#random = random;
    this.#values = [...values, ...FRAGMENTS];
  }

  /** A number from 0 to `end` (exclusive). */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** What is sent instead of a valid frame; `frames` are those of the same stream. */
  mutate(frame: Buffer, frames: readonly Buffer[]): Buffer[] {
    switch (this.below(12)) {
      case 0:
        return [frame, frame];
      case 1:
        return [];
      case 2:
        // Before its time, or once more.
        return [this.pick(frames), frame];
      case 3:
        return [this.#lieAboutLength(frame)];
      case 4:
        return [frame.subarray(0, this.below(frame.length))];
      case 5:
        return [this.#splice(frame, this.pick(frames))];
      case 6:
        return [Buffer.from(Array.from({ length: this.below(40) }, () => this.below(256))), frame];
      case 7:
      case 8:
        return [this.#flip(frame)];
      default:
        return [this.#restructure(frame)];
    }
  }

  #flip(frame: Buffer): Buffer {
    const bytes = Buffer.from(frame);
    for (let flips = 1 + this.below(4); flips > 0; flips -= 1) {
      // Mostly spares the length: other mutations lie about it on purpose.
      const position = this.below(8) === 0 ? this.below(bytes.length) : HEADER_BYTES + this.below(bytes.length - 4);
      bytes[position] = (bytes[position] ?? 0) ^ (1 << this.below(8));
    }
    return bytes;
  }

  #lieAboutLength(frame: Buffer): Buffer {
    const bytes = Buffer.from(frame);
    const length = bytes.length - HEADER_BYTES;
    const lies = [0, length - 1, length + 1, length + this.below(100), 2 ** 24, 2 ** 24 + 1, 2 ** 32 - 1];
    bytes.writeUInt32BE(Math.max(0, this.pick(lies)));
    return bytes;
  }

  #splice(frame: Buffer, other: Buffer): Buffer {
    const body = Buffer.concat([
      frame.subarray(HEADER_BYTES, HEADER_BYTES + this.below(frame.length - HEADER_BYTES)),
      other.subarray(HEADER_BYTES + this.below(other.length - HEADER_BYTES)),
    ]);
    return frameOf(body);
  }

  #restructure(frame: Buffer): Buffer {
    const root = parse(frame.subarray(HEADER_BYTES));
    const nodes = list(root);
    const node = this.pick(nodes);
    const siblings = nodes.find(({ members }) => members.includes(node))?.members;
    const place = siblings?.indexOf(node) ?? 0;
    switch (this.below(6)) {
      case 0:
        // The count is not adjusted: it is wrong by one.
        siblings?.splice(place, 1);
        break;
      case 1:
        siblings?.splice(place, 0, node);
        break;
      case 2:
        this.#lieAboutCount(node);
        break;
      case 3:
        siblings?.splice(place, 1, this.pick(nodes.filter((other) => !list(other).includes(node))) ?? node);
        break;
      default:
        node.head = this.pick(this.#values);
        node.members = [];
    }
    return frameOf(write(root));
  }

  #lieAboutCount(node: Node): void {
    const head = Buffer.from(node.head);
    const last = head.length - 1;
    head[last] = (head[last] ?? 0) ^ (1 << this.below(4));
    node.head = head;
  }
}
