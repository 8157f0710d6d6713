import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { localFile, mediaPath } from "../../src/media-file.ts";
import type { StorageProviders, WantedFile } from "../../src/media/copies/provider.ts";

/** An implementation under test: its one provider reads files of `mediaStore`. */
export interface ProviderUnderTest {
  readonly mediaStore: string;
  readonly providers: StorageProviders;
  /** Whether the provider can delete. Those written for Synapse cannot. */
  readonly deletes: boolean;
  /** Resolves once a stored file can be fetched, where `store` does not say. */
  settled?(path: string): Promise<void>;
  close(): Promise<void>;
}

const SIZES = [0, 1, 16 * 1024, 16 * 1024 + 1, 5_000_003];

/** What every way to storage providers must do, whatever the provider is. */
export function describeStorageProviders(name: string, open: () => Promise<ProviderUnderTest>): void {
  describe(`storage providers: ${name}`, () => {
    const spools = mkdtempSync(join(tmpdir(), "media-bridge-spools-"));
    let tested: ProviderUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    afterAll(async () => {
      await tested.close();
      rmSync(spools, { recursive: true, force: true });
    });

    it.each(SIZES)("give back a file of %d bytes as it was stored, also after it left the store", async (size) => {
      const { wanted, bytes } = await store(`size${size}file`, size);
      expect(await tested.providers.fetch(wanted)).toBe(true);
      expect(readFileSync(wanted.spoolPath).equals(bytes)).toBe(true);
    });

    test("store a file a second time without harm", async () => {
      const { wanted, bytes } = await store("twicestored", 1000);
      await store("twicestored", 1000);
      expect(await tested.providers.fetch(wanted)).toBe(true);
      expect(readFileSync(wanted.spoolPath).equals(bytes)).toBe(true);
    });

    test("write over what an earlier attempt left in the spool", async () => {
      const { wanted, bytes } = await store("spooledbefore", 1000);
      writeFileSync(wanted.spoolPath, Buffer.alloc(5000));
      expect(await tested.providers.fetch(wanted)).toBe(true);
      expect(readFileSync(wanted.spoolPath).equals(bytes)).toBe(true);
    });

    test("say that they have no file that was never stored", async () => {
      expect(await tested.providers.fetch(want("neverstored", Buffer.alloc(3)))).toBe(false);
    });

    test("fail where a file has another length or content than the one that was stored", async () => {
      const { wanted } = await store("wrongbytes", 1000);
      const failure = { code: "MODULE_FAILED" };
      await expect(tested.providers.fetch({ ...wanted, lengthBytes: 999 })).rejects.toMatchObject(failure);
      await expect(tested.providers.fetch({ ...wanted, lengthBytes: 1001 })).rejects.toMatchObject(failure);
      await expect(tested.providers.fetch({ ...wanted, sha256: "0".repeat(64) })).rejects.toMatchObject(failure);
      expect(await tested.providers.fetch(wanted)).toBe(true);
    });

    test("look at the length alone where no hash is known", async () => {
      const { wanted } = await store("withouthash", 1000);
      expect(await tested.providers.fetch({ ...wanted, sha256: null })).toBe(true);
    });

    test("fetch many at the same time", async () => {
      const stored = await Promise.all(
        Array.from({ length: 12 }, (_, index) => store(`parallel${index}`, 100_000 + index)),
      );
      const found = await Promise.all(stored.map(({ wanted }) => tested.providers.fetch(wanted)));
      expect(found).toEqual(stored.map(() => true));
      for (const { wanted, bytes } of stored) expect(readFileSync(wanted.spoolPath).equals(bytes)).toBe(true);
    });

    test("delete a copy where they can, as often as they are asked, and say so where they cannot", async () => {
      const { wanted } = await store("deletedcopy", 1000);
      const other = await store("othercopy", 1000);
      const [provider] = tested.providers.all;
      expect((await provider?.delete?.(wanted.file)) ?? false).toBe(tested.deletes);
      expect((await provider?.delete?.(wanted.file)) ?? false).toBe(tested.deletes);
      expect(await tested.providers.fetch(wanted)).toBe(!tested.deletes);
      expect(await tested.providers.fetch(other.wanted)).toBe(true);
    });

    test("reject a file that is not there to be stored", async () => {
      const [provider] = tested.providers.all;
      if (tested.settled !== undefined) return;
      await expect(provider?.store(localFile("notonthedisk"), () => undefined)).rejects.toMatchObject({
        code: "MODULE_FAILED",
      });
    });

    async function store(mediaId: string, size: number): Promise<{ wanted: WantedFile; bytes: Buffer }> {
      const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 253));
      const file = localFile(mediaId);
      const path = join(tested.mediaStore, mediaPath(file));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      await tested.providers.all[0]?.store(file, () => undefined);
      await tested.settled?.(mediaPath(file));
      rmSync(path);
      return { wanted: want(mediaId, bytes), bytes };
    }

    function want(mediaId: string, bytes: Buffer): WantedFile {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const spoolPath = join(spools, `fetch-${mediaId}`);
      if (existsSync(spoolPath)) rmSync(spoolPath);
      return { file: localFile(mediaId), spoolPath, lengthBytes: bytes.length, sha256 };
    }
  });
}
