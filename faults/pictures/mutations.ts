import { crc32 } from "node:zlib";

/** A number from 0 to 1. */
type Random = () => number;

/** Numbers that sizes, lengths and offsets lie with. */
const LIES = [0, 1, 2, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x3fff, 0x00ffffff, 0x7fffffff, 0xffffffff];
/** How often one picture is changed, at most. */
const MOST_CHANGES = 4;
/** Formats keep what they are in their first bytes: half of all changes are made there. */
const HEAD_BYTES = 96;
/** No mutated picture is larger. */
const MOST_BYTES = 200_000;

/** Where formats have the sizes that they declare: a name that precedes them, and how far behind its end they are. */
const SIZES = {
  png: { mark: Buffer.from("IHDR"), offsets: [0, 4], bytes: 4, isBigEndian: true },
  gifScreen: { mark: Buffer.from("GIF89a"), offsets: [0, 2], bytes: 2, isBigEndian: false },
  gifFrame: { mark: Buffer.from([0x00, 0x2c]), offsets: [0, 2, 4, 6], bytes: 2, isBigEndian: false },
  jpeg: { mark: Buffer.from([0xff, 0xc0, 0x00]), offsets: [2, 4], bytes: 2, isBigEndian: true },
  jpegProgressive: { mark: Buffer.from([0xff, 0xc2, 0x00]), offsets: [2, 4], bytes: 2, isBigEndian: true },
  webpLossy: { mark: Buffer.from([0x9d, 0x01, 0x2a]), offsets: [0, 2], bytes: 2, isBigEndian: false },
  webpExtended: { mark: Buffer.from("VP8X"), offsets: [8, 11], bytes: 3, isBigEndian: false },
  webpFrame: { mark: Buffer.from("ANMF"), offsets: [4, 7, 10, 13, 16], bytes: 3, isBigEndian: false },
  avif: { mark: Buffer.from("ispe"), offsets: [4, 8], bytes: 4, isBigEndian: true },
  tiffWidth: { mark: Buffer.from([0x00, 0x01]), offsets: [2, 4, 6], bytes: 2, isBigEndian: false },
} as const;

/** Changes pictures as a seed decides: what decoders stumble over, in files that mostly look like pictures. */
export class PictureMutations {
  readonly #random: Random;
  readonly #originals: readonly Buffer[];

  /** Chunks of `originals` are put into others. */
  constructor(random: Random, originals: readonly Buffer[]) {
    this.#random = random;
    this.#originals = originals;
  }

  /** A number from 0 to `end` (exclusive). */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** A picture with one change or some. The sums of a PNG are made right in half of all cases: its reader looks at them. */
  mutate(original: Buffer): Buffer {
    let bytes: Buffer = Buffer.from(original);
    for (let changes = 1 + this.below(MOST_CHANGES); changes > 0; changes -= 1) bytes = this.#change(bytes);
    if (this.below(2) === 0) repairSums(bytes);
    return bytes.subarray(0, MOST_BYTES);
  }

  #change(bytes: Buffer): Buffer {
    if (bytes.length < 2) return Buffer.from(this.pick(this.#originals));
    switch (this.below(8)) {
      case 0:
        return bytes.subarray(0, 1 + this.below(bytes.length));
      case 1:
        return this.#splice(bytes, this.pick(this.#originals));
      case 2:
        return this.#repeat(bytes);
      case 3:
        return this.#remove(bytes);
      case 4:
        return this.#lieAnywhere(bytes);
      case 5:
      case 6:
        return this.#lieAboutSize(bytes);
      default:
        return this.#flip(bytes);
    }
  }

  #place(bytes: Buffer): number {
    return this.below(this.below(2) === 0 ? Math.min(HEAD_BYTES, bytes.length) : bytes.length);
  }

  #flip(bytes: Buffer): Buffer {
    for (let flips = 1 + this.below(16); flips > 0; flips -= 1) {
      const place = this.#place(bytes);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << this.below(8));
    }
    return bytes;
  }

  /** Its beginning, a piece of another picture, and its end: with the piece in its place, or in between. */
  #splice(bytes: Buffer, other: Buffer): Buffer {
    const [place, start] = [this.#place(bytes), this.below(other.length)];
    const piece = other.subarray(start, start + 1 + this.below(2_000));
    return Buffer.concat([bytes.subarray(0, place), piece, bytes.subarray(place + this.below(2) * piece.length)]);
  }

  #repeat(bytes: Buffer): Buffer {
    const start = this.#place(bytes);
    const piece = bytes.subarray(start, start + 1 + this.below(500));
    const times = 1 + this.below(20);
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array.from({ length: times }, () => piece),
      bytes.subarray(start),
    ]);
  }

  #remove(bytes: Buffer): Buffer {
    const start = this.#place(bytes);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + this.below(200))]);
  }

  #lieAnywhere(bytes: Buffer): Buffer {
    const size = this.pick([1, 2, 4]);
    const place = this.#place(bytes);
    if (place + size > bytes.length) return bytes;
    this.#write(bytes, place, { size, isBigEndian: this.below(2) === 0 });
    return bytes;
  }

  #lieAboutSize(bytes: Buffer): Buffer {
    const found = Object.values(SIZES).flatMap(({ mark, offsets, bytes: size, isBigEndian }) => {
      const at = bytes.indexOf(mark);
      return at === -1 ? [] : offsets.map((offset) => ({ place: at + mark.length + offset, size, isBigEndian }));
    });
    const inside = found.filter(({ place, size }) => place + size <= bytes.length);
    if (inside.length === 0) return this.#lieAnywhere(bytes);
    const { place, ...how } = this.pick(inside);
    this.#write(bytes, place, how);
    return bytes;
  }

  #write(bytes: Buffer, place: number, { size, isBigEndian }: { size: number; isBigEndian: boolean }): void {
    const lie = this.below(3) === 0 ? this.below(6_000) : this.pick(LIES);
    const value = lie % 2 ** (8 * size);
    if (isBigEndian) bytes.writeUIntBE(value, place, size);
    else bytes.writeUIntLE(value, place, size);
  }
}

/** Gives each chunk of a PNG the sum that it needs, as far as the chunks can be followed. */
function repairSums(bytes: Buffer): void {
  if (bytes.toString("latin1", 1, 4) !== "PNG") return;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) return;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
}
