import { expect, test } from "vitest";
import { freeBuffer } from "../../src/util/bodies/free-buffer.ts";

test("memory is back at once, without a collection of garbage", () => {
  const before = process.memoryUsage().arrayBuffers;
  const buffers = Array.from({ length: 100 }, () => Buffer.alloc(1024 * 1024));
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(99 * 1024 * 1024);
  buffers.forEach(freeBuffer);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
  expect(buffers.map(({ length }) => length)).toEqual(buffers.map(() => 0));
});

test("a part of something larger is left alone, and so is what is free already", () => {
  const whole = Buffer.alloc(100, "x");
  freeBuffer(whole.subarray(10, 20));
  expect(whole.toString()).toBe("x".repeat(100));
  freeBuffer(whole);
  freeBuffer(whole);
  expect(whole).toHaveLength(0);
});
