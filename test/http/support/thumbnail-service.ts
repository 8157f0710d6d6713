import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { onTestFinished, vi } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../support/service.ts";

/** Long enough for a child to start on a machine that does much else. */
const PATIENCE = { timeout: 30_000, interval: 20 };

/** A row of `local_media_repository_thumbnails`, shortened: `96x96 crop image/png`. */
export type ThumbnailName = string;

/** A service, and what its tests of thumbnails look at. */
export interface ThumbnailService extends TestService {
  /** Uploads a picture of test/fixtures/pictures. */
  uploadPicture(name: string, options?: Parameters<TestService["upload"]>[1]): Promise<string>;
  /** Asks for a thumbnail as alice: `width=96&height=96&method=crop`. */
  thumbnail(mediaId: string, query: string, init?: RequestInit): Promise<Response>;
  /** The rows of media's thumbnails, sorted. */
  rows(mediaId: string): ThumbnailName[];
  /** The files of media's thumbnails, sorted. */
  thumbnailFiles(mediaId: string): string[];
  /** Resolves once media has so many thumbnails. */
  untilRows(mediaId: string, count: number): Promise<ThumbnailName[]>;
  /** Resolves once no thumbnails are being made. */
  untilIdle(): Promise<void>;
  /** How many pictures were decoded, or could not be, by outcome. */
  jobs(): Promise<Record<string, number>>;
  /** Runs a statement on the service's database. */
  sql(text: string, ...values: unknown[]): void;
}

/** Starts a service that ends with the test. */
export async function startThumbnailService(options: TestServiceOptions = {}): Promise<ThumbnailService> {
  const port = await findFreePort();
  const service = await startTestService({
    ...options,
    mediaBridge: { metrics: { host: "127.0.0.1", port }, ...options.mediaBridge },
  });
  onTestFinished(() => service.stop());
  const samples = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.split("\n").filter((line) => line.startsWith(name));
  };
  const inDatabase = <T>(act: (database: Database.Database) => T): T => {
    const database = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
    try {
      return act(database);
    } finally {
      database.close();
    }
  };
  const rows = (mediaId: string) =>
    inDatabase((database) =>
      database
        .prepare<[string], string>(
          "select thumbnail_width || 'x' || thumbnail_height || ' ' || thumbnail_method || ' ' || thumbnail_type from local_media_repository_thumbnails where media_id = ?",
        )
        .pluck()
        .all(mediaId)
        .toSorted(),
    );
  return {
    ...service,
    uploadPicture: (name, { type = typeOf(name), ...rest } = {}) =>
      service.upload(readFileSync(new URL(`../../fixtures/pictures/${name}`, import.meta.url)), { type, ...rest }),
    thumbnail: (mediaId, query, init) =>
      service.request(`/_matrix/client/v1/media/thumbnail/example.test/${mediaId}?${query}`, { as: "alice", ...init }),
    rows,
    thumbnailFiles: (mediaId) => {
      const folder = `local_thumbnails/${mediaId.slice(0, 2)}/${mediaId.slice(2, 4)}/${mediaId.slice(4)}/`;
      const paths = Object.keys(service.files()).filter((path) => path.startsWith(folder));
      return paths.map((path) => path.slice(folder.length)).toSorted();
    },
    untilRows: (mediaId, count) =>
      vi.waitUntil(() => {
        const found = rows(mediaId);
        return found.length >= count && found;
      }, PATIENCE),
    async untilIdle() {
      await vi.waitUntil(async () => (await samples("media_bridge_thumbnail_jobs "))[0]?.endsWith(" 0"), PATIENCE);
    },
    async jobs() {
      const lines = await samples("media_bridge_thumbnail_jobs_total");
      const counts = lines.map((line) => [/outcome="(\w+)"/.exec(line)?.[1] ?? "", Number(line.split(" ").at(-1))]);
      return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Record<string, number>;
    },
    sql: (text, ...values) => void inDatabase((database) => database.prepare(text).run(...values)),
  };
}

function typeOf(name: string): string {
  const ending = name.split(".").at(-1) ?? "";
  return `image/${ending === "jpg" ? "jpeg" : ending}`;
}
