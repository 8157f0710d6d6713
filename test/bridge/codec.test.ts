import { describe, expect, it } from "vitest";
import { findProblem, MAX_DEPTH, MAX_VALUES } from "../../src/bridge/transport/msgpack-validator.ts";
import { encodeFrame, HEADER_BYTES, MAX_FRAME_BYTES } from "../../src/bridge/transport/codec.ts";
import { FrameDecoder } from "../../src/bridge/transport/frame-decoder.ts";
import { decodeAll, fc, wireValue } from "./properties.ts";

function roundTrip(value: unknown): unknown {
  return decodeAll([encodeFrame(value)])[0];
}

/** The msgpack type byte of a value. */
function typeByte(value: unknown): number | undefined {
  return encodeFrame(value)[HEADER_BYTES];
}

function nest(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
}

describe("values", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(wireValue, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
    );
  });

  it("travel as integers where they are safe integers, whatever their size", () => {
    for (const edge of [2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER - 2]) {
      fc.assert(
        fc.property(fc.integer({ min: -2, max: 2 }), fc.boolean(), (offset, isNegative) => {
          const integer = (edge + offset) * (isNegative ? -1 : 1);
          expect(roundTrip(integer)).toBe(integer);
          expect([0xca, 0xcb]).not.toContain(typeByte(integer));
        }),
      );
    }
  });

  it("keep BigInt exact around 2^53, 2^63 and up to 2^64 - 1", () => {
    const edges = [2n ** 53n, 2n ** 63n - 3n, -(2n ** 63n) + 2n, 2n ** 64n - 3n];
    fc.assert(
      fc.property(fc.constantFrom(...edges), fc.bigInt({ min: -2n, max: 2n }), (edge, offset) => {
        expect(String(roundTrip(edge + offset))).toBe(String(edge + offset));
      }),
    );
  });

  it("are refused beyond 64 bits", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 64n }), fc.boolean(), (integer, isNegative) => {
        expect(() => encodeFrame([isNegative ? -integer : integer])).toThrow(/more than 64 bits/);
      }),
    );
    expect(() => encodeFrame(-(2n ** 63n) - 1n)).toThrow(/more than 64 bits/);
  });

  it("are refused where text or a key has a lone surrogate", () => {
    const lone = fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff");
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        lone,
        fc.string({ unit: "grapheme" }),
        (before, surrogate, after) => {
          const text = `${before} ${surrogate} ${after}`;
          expect(() => encodeFrame({ a: [text] })).toThrow(/lone surrogate/);
          expect(() => encodeFrame({ [text]: 1 })).toThrow(/lone surrogate/);
        },
      ),
    );
  });

  it("may be NaN and infinite", () => {
    expect(roundTrip([Number.NaN, { n: Number.NaN }, Infinity, -Infinity])).toEqual([
      Number.NaN,
      { n: Number.NaN },
      Infinity,
      -Infinity,
    ]);
  });

  it("do not reach a prototype by a key named __proto__, sent or received", () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"polluted": true}, "large": 4294967296}');
    const received = roundTrip(hostile);
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype);
    expect(received).not.toHaveProperty("polluted");
    expect(received).toHaveProperty("large", 2 ** 32);
    expect({}).not.toHaveProperty("polluted");
  });

  it("are refused where they are not plain data", () => {
    for (const value of [new Date(), new Map(), Buffer.from("a"), () => 1, Symbol("a")]) {
      expect(() => encodeFrame({ value })).toThrow(expect.objectContaining({ code: "ENCODE" }));
    }
  });

  it("may be nested deeply, but not without end", () => {
    expect(roundTrip(nest(500))).toEqual(nest(500));
    expect(() => encodeFrame(nest(501))).toThrow(/nested/);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => encodeFrame(circle)).toThrow(/nested/);
  });

  it("are not changed by sending them", () => {
    const value = Object.freeze({ large: 2 ** 40, list: Object.freeze([2 ** 41]) });
    expect(roundTrip(value)).toEqual({ large: 2 ** 40, list: [2 ** 41] });
  });
});

describe("frames", () => {
  const messages = [[1, 2, null, "ü𝄞".repeat(100)], {}, "", [2 ** 53 - 1], null];
  const bytes = Buffer.concat(messages.map((message) => Buffer.from(encodeFrame(message))));

  it("may be cut at every byte", () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(decodeAll([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(messages);
    }
    expect(decodeAll(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(messages);
  });

  it("may be cut anywhere, any number of times", () => {
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 30 });
    fc.assert(
      fc.property(cuts, (unsorted) => {
        const points = [0, ...unsorted.toSorted((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((end, index) => bytes.subarray(points[index], end));
        expect(decodeAll(chunks)).toEqual(messages);
      }),
    );
  });

  it("are not written over by later ones", () => {
    const frames = Array.from({ length: 5_000 }, (_, index) => encodeFrame([index, "x".repeat(index % 200)]));
    expect(decodeAll(frames)).toEqual(Array.from({ length: 5_000 }, (_, index) => [index, "x".repeat(index % 200)]));
  });

  it("hold a body of exactly the cap and not a byte more", () => {
    const textBytes = MAX_FRAME_BYTES - 5;
    expect(roundTrip("x".repeat(textBytes))).toHaveLength(textBytes);
    expect(() => encodeFrame("x".repeat(textBytes + 1))).toThrow(/over the 16777216 allowed/);
  });

  it("over the cap are refused by their header alone, wherever it is cut", () => {
    const header = Buffer.from("0100000168656c6c6f", "hex");
    for (let cut = 0; cut <= header.length; cut += 1) {
      expect(() => decodeAll([header.subarray(0, cut), header.subarray(cut)])).toThrow(/16777217 bytes/);
    }
  });

  it("of garbage are refused with the first 200 bytes as text", () => {
    const printed = Buffer.from(`Hello, a module printed this ${"x".repeat(500)}`);
    expect(() => decodeAll([printed])).toThrow(
      expect.objectContaining({ code: "PROTOCOL", head: printed.toString().slice(0, 200) }),
    );
  });

  it.each([
    ["nothing", ""],
    ["two values", "c0c0"],
    ["half a value", "92"],
    ["half a number", "cf000000"],
    ["a length that is cut", "db0000"],
    ["a byte that begins no value", "c1"],
    ["an array of 2^32 - 1", "ddffffffff"],
    ["a map of 2^32 - 1", "dfffffffff"],
    ["a text of 2^32 - 1", "dbffffffff"],
    ["a short text that is cut", "a5616263"],
    ["binary data", "c40141"],
    ["binary data of 2^32 - 1", "c6ffffffff"],
    ["an extension", "d40100"],
    ["an extension of 2^32 - 1", "c9ffffffff01"],
    ["a timestamp", "d6ff00000000"],
    ["undefined", "d40000"],
    ["a set", "d4730093010203"],
    ["a regular expression", "d4780092a161a0"],
    ["a record", "d4724091a16101"],
    ["a large integer", `c71042${"ff".repeat(16)}`],
    ["what holds itself", "92d6690000000191d67000000001c0"],
    ["a key that is a number", "810102"],
    ["a key that is an array", "819002"],
    ["a short text that is not UTF-8", "a1ff"],
    ["a surrogate", "a3eda080"],
    ["a long text that is not UTF-8", `d96e${"61".repeat(109)}ff`],
  ])("Frames that hold %s are refused", (_what, body) => {
    const length = (body.length / 2).toString(16).padStart(8, "0");
    expect(() => decodeAll([Buffer.from(length + body, "hex")])).toThrow("a frame that cannot be decoded");
  });

  it("may hold a million values and no more, however small", () => {
    for (const token of [0x80, 0x90, 0xa0, 0xc0]) {
      const frameOf = (count: number) => {
        const frame = Buffer.alloc(HEADER_BYTES + 5 + count, token);
        frame.writeUInt32BE(5 + count, 0);
        frame[HEADER_BYTES] = 0xdd;
        frame.writeUInt32BE(count, HEADER_BYTES + 1);
        return frame;
      };
      expect(decodeAll([frameOf(MAX_VALUES - 1)])[0]).toHaveLength(MAX_VALUES - 1);
      expect(() => decodeAll([frameOf(MAX_VALUES)])).toThrow(/more than 1048576 values/);
    }
  });

  it("may be nested as deep as the child can read, and no deeper", () => {
    for (const level of ["91", "81a0"]) {
      const body = (depth: number) => Buffer.from(`${level.repeat(depth)}c0`, "hex");
      expect(findProblem(body(MAX_DEPTH), 0, body(MAX_DEPTH).length)).toBeUndefined();
      expect(findProblem(body(MAX_DEPTH + 1), 0, body(MAX_DEPTH + 1).length)).toMatch(/nested more than 1024/);
    }
  });

  it("nested beyond reason are refused, and the next ones are read", () => {
    const deep = Buffer.alloc(1_000_004, 0x91);
    deep.writeUInt32BE(1_000_000, 0);
    expect(() => decodeAll([deep])).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
    expect(roundTrip([1])).toEqual([1]);
  });

  it("that come in many more pieces than a pipe cuts are refused", () => {
    const header = Buffer.from("00001000", "hex");
    const single = Array.from({ length: 1002 }, () => Buffer.of(0xc0));
    expect(() => decodeAll([header, ...single])).toThrow(/^a trickle: 1002 of 4096 bytes in 1002 pieces/);
    const large = encodeFrame("x".repeat(MAX_FRAME_BYTES - 5));
    const pages = Array.from({ length: large.length / 4096 + 1 }, (_, page) =>
      large.subarray(page * 4096, page * 4096 + 4096),
    );
    expect(decodeAll(pages)).toHaveLength(1);
  });

  it("reach their reader one by one, in order", () => {
    const seen: unknown[] = [];
    const decoder = new FrameDecoder((message) => seen.push(message));
    decoder.push(bytes.subarray(0, -1));
    expect(seen).toEqual(messages.slice(0, -1));
  });
});
