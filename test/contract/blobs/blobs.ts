import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PassThrough, Writable } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { collectPieces, publishBlob, readBlob, storeBlob, writeChunks } from "./blob-bodies.ts";
import { describeRemovals } from "./blob-removals.ts";
import { describeWorkshops } from "./blob-workshops.ts";
import { localFile } from "../../../src/media-file.ts";
import { MatrixError } from "../../../src/errors.ts";
import type { BlobStore } from "../../../src/media/blobs.ts";

const KIB = 1024;
/** Around the sizes where stores change their ways. */
const SIZES = [0, 1, 100 * KIB, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 512 * KIB, 3 * 1024 * KIB + 7];

/** What every {@link BlobStore} must do. `open` gives an empty one. */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(`a blob store in ${name}`, () => {
    let store: BlobStore;
    beforeEach(async () => {
      store = await open();
    });

    it.each(SIZES)("gives back a body of %i bytes, by its path and by its reader", async (size) => {
      const body = randomBytes(size);
      const path = await storeBlob(store, "roundTrip", body);
      expect((await readFile(path)).equals(body)).toBe(true);
      expect((await readBlob(store, "roundTrip")).equals(body)).toBe(true);
    });

    it.each([1, 1000, 700 * KIB])("takes chunks of %i bytes", async (chunkBytes) => {
      const body = randomBytes(chunkBytes === 1 ? 3000 : 1500 * KIB);
      await storeBlob(store, "chunked", body, chunkBytes);
      expect((await readBlob(store, "chunked")).equals(body)).toBe(true);
    });

    it("shows a file under its path from publish on, before the upload is settled", async () => {
      const writer = store.create("published");
      await writer.write(Buffer.from("seen"));
      expect(await store.open(localFile("published"))).toBeUndefined();
      const staged = await publishBlob(writer);
      expect(await readFile(await staged.localPath(), "utf8")).toBe("seen");
      expect((await readBlob(store, "published")).toString()).toBe("seen");
      await staged.settle();
    });

    it("gives a staged upload a local file under its path before it is published, and none once it is aborted", async () => {
      const writer = store.create("stagedOne");
      await writer.write(Buffer.from("looked at"));
      const staged = await writer.stage();
      const path = await staged.localPath();
      expect(path).toMatch(/local_content\/st\/ag\/edOne$/);
      expect(await readFile(path, "utf8")).toBe("looked at");
      expect(await staged.localPath()).toBe(path);
      await writer.abort();
      await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await store.open(localFile("stagedOne"))).toBeUndefined();
    });

    it("shows nothing of an upload that is staged, and forgets it where it is aborted", async () => {
      const writer = store.create("onlyStaged");
      await writer.write(Buffer.from("unseen"));
      await writer.stage();
      expect(await store.open(localFile("onlyStaged"))).toBeUndefined();
      await writer.abort();
      expect(await store.unsettled()).toEqual([]);
      await storeBlob(store, "onlyStaged", Buffer.from("anew"));
    });

    it("has no file of an id that was never stored, or that no file can have", async () => {
      for (const id of [
        "nothing",
        "abc",
        "",
        "..",
        "../../etc/passwd",
        "aa/bb/cc",
        "nul\0byte",
        "ünïcödé",
        "x".repeat(5000),
      ]) {
        expect(await store.open(localFile(id))).toBeUndefined();
      }
    });

    it("makes no file of an id that is not a media id", () => {
      for (const id of ["", "abcd", "../../x", "a/b/c/d/e", "line\nbreak"])
        expect(() => store.create(id)).toThrow(MatrixError);
    });

    it("never overwrites: the second upload of an id fails, and its abort leaves the first alone", async () => {
      await storeBlob(store, "twice", Buffer.from("first"));
      const second = store.create("twice");
      await second.write(Buffer.from("second"));
      await expect(publishBlob(second)).rejects.toMatchObject({ code: "STORE_FAILED", cause: { code: "EEXIST" } });
      await second.abort();
      expect((await readBlob(store, "twice")).toString()).toBe("first");
    });

    it.each([10, 900 * KIB])("lets one of two parallel uploads of %i bytes with one id win", async (size) => {
      const bodies = [Buffer.alloc(size, "a"), Buffer.alloc(size, "b")];
      const results = await Promise.all(
        bodies.map(async (body) => {
          const writer = store.create("rivals");
          try {
            await writeChunks(writer.write.bind(writer), body);
            return { staged: await publishBlob(writer), body, won: true };
          } catch {
            await writer.abort();
            return { staged: undefined, body, won: false };
          }
        }),
      );
      const winners = results.filter(({ won }) => won);
      expect(winners).toHaveLength(1);
      await winners[0]?.staged?.settle();
      expect((await readBlob(store, "rivals")).equals(winners[0]?.body ?? Buffer.alloc(0))).toBe(true);
    });

    it.each([10, 900 * KIB])("forgets an aborted upload of %i bytes before and after publish", async (size) => {
      for (const publishes of [false, true]) {
        const writer = store.create("aborted");
        await writeChunks(writer.write.bind(writer), randomBytes(size));
        if (publishes) await publishBlob(writer);
        await writer.abort();
        expect(await store.open(localFile("aborted"))).toBeUndefined();
      }
      await storeBlob(store, "aborted", Buffer.from("anew"));
    });

    it("aborts an upload whose write is still on its way", async () => {
      const writer = store.create("inFlight");
      await writer.write(randomBytes(300 * KIB));
      await Promise.all([writer.write(randomBytes(300 * KIB)), writer.abort()]);
      expect(await store.open(localFile("inFlight"))).toBeUndefined();
    });

    it("pipes any range without ending the destination", async () => {
      const body = randomBytes(1500 * KIB + 3);
      await storeBlob(store, "ranges", body);
      const reader = await store.open(localFile("ranges"));
      for (const [start, end] of [
        [0, body.length - 1],
        [5, 5],
        [256 * KIB - 1, 512 * KIB],
        [body.length - 1, body.length - 1],
      ] as const) {
        const { destination, received } = collectPieces();
        await reader?.pipe(destination, start, end);
        expect(destination.writableEnded).toBe(false);
        expect(Buffer.concat(received).equals(body.subarray(start, end + 1))).toBe(true);
      }
      await reader?.close();
    });

    it("stops piping when the destination closes, also while nothing drains", async () => {
      await storeBlob(store, "leaver", randomBytes(2048 * KIB));
      const reader = await store.open(localFile("leaver"));
      let pieces = 0;
      const stuck = new Writable({
        write() {
          pieces++;
          this.destroy();
        },
      });
      await expect(reader?.pipe(stuck, 0, 2048 * KIB - 1)).rejects.toBeInstanceOf(Error);
      expect(pieces).toBe(1);
      await expect(reader?.pipe(stuck, 0, 9)).rejects.toBeInstanceOf(Error);
      await reader?.close();
    });

    it("refuses to read past the end of the file", async () => {
      await storeBlob(store, "shorter", Buffer.from("four"));
      const reader = await store.open(localFile("shorter"));
      await expect(reader?.pipe(new PassThrough(), 0, 9)).rejects.toMatchObject({ code: "STORE_FAILED" });
      await expect(reader?.read(2, 3)).rejects.toMatchObject({ code: "STORE_FAILED" });
      await reader?.close();
    });

    it("serves a hundred uploads at the same time", async () => {
      const bodies = Array.from({ length: 100 }, (_, index) => randomBytes(index * 5 * KIB));
      await Promise.all(bodies.map((body, index) => storeBlob(store, `parallel${index}`, body)));
      for (const [index, body] of bodies.entries()) {
        expect((await readBlob(store, `parallel${index}`)).equals(body)).toBe(true);
      }
    });

    it("at start keeps unsettled uploads that have a row, removes those without, and finds nothing the next time", async () => {
      for (const id of ["withRow", "without"]) {
        const writer = store.create(id);
        await writer.write(Buffer.from(id));
        await publishBlob(writer);
      }
      const unpublished = store.create("unpublished");
      await writeChunks(unpublished.write.bind(unpublished), randomBytes(600 * KIB));
      expect(await store.recover(await store.unsettled(), isWithRow)).toEqual({ kept: 1, removed: 2 });
      expect(await store.recover(await store.unsettled(), isWithRow)).toEqual({ kept: 0, removed: 0 });
      expect((await readBlob(store, "withRow")).toString()).toBe("withRow");
      await storeBlob(store, "settled", Buffer.from("settled"));
      await store.recover(await store.unsettled(), isSettled);
      expect((await readBlob(store, "settled")).toString()).toBe("settled");
      expect(await store.recover(await store.unsettled(), isSettled)).toEqual({ kept: 0, removed: 0 });
      expect(await store.open(localFile("without"))).toBeUndefined();
      await unpublished.abort();
    });

    describeRemovals(() => store);
    describeWorkshops(() => store);
  });
}

async function isWithRow(mediaId: string): Promise<boolean> {
  return mediaId === "withRow";
}

async function isSettled(mediaId: string): Promise<boolean> {
  return mediaId === "settled";
}
