import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { verifyStore } from "../../src/server/commands/check-store.ts";
import { openSqliteAudit } from "../../src/storage/sqlite/open-audit.ts";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";
import { readEvents, type DiskEvent } from "./record.ts";
import { type DiskRule, removeRule, writeRule } from "./rule.ts";
import { diskEnvironment } from "./shim.ts";
import type { Attempt } from "./uploads.ts";

/** Refuses what its spam check reads as such, and tells with each refusal by a limit what counts as sent. */
const MODULE = `
import { readFile } from "node:fs/promises";
import { defineModule, MatrixError } from "synapse-media-bridge";
export default defineModule({
  name: "tells",
  setup(api) {
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async ({ path }) => (await readFile(path, "latin1")).startsWith("spam"),
    });
    api.registerMediaRepositoryCallbacks({
      onMediaUploadLimitExceeded(userId, limit, sentBytes) {
        throw new MatrixError(403, "M_FORBIDDEN", "told", { fields: { sent_bytes: sentBytes } });
      },
    });
  },
});
`;
const LIMIT_BYTES = 1_000_000_000;
const RATE = { per_second: 1e6, burst_count: 1e6 };

/** A service on a disk that can be made to fail, and what must be in its store. */
export class FaultyStore {
  /** What was answered 200, by media id. */
  readonly stored = new Map<string, Buffer>();
  /** Leftovers that could not be removed, until the next start. */
  readonly #excused = new Set<string>();
  readonly #root = createFolder();
  readonly #log = `${this.#root}.log`;
  readonly #rule = `${this.#root}.rule`;
  readonly #config: string;
  #running: FaultyService | undefined;

  constructor(durability: "full" | "relaxed") {
    writeFileSync(join(this.#root, "tells.ts"), MODULE);
    writeFileSync(this.#log, "");
    this.#config = writeFaultConfig(this.#root, {
      config: {
        media_store_path: join(this.#root, "store/media"),
        modules: [{ typescript: "./tells.ts" }],
        max_upload_size: "2G",
        media_upload_limits: [{ time_period: "1d", max_size: LIMIT_BYTES }],
        rc_media_create: RATE,
        max_pending_media_uploads: 1e6,
      },
      mediaBridge: { durability, database: { path: "./rows/media.db" } },
    });
  }

  get service(): FaultyService {
    if (this.#running === undefined) throw new Error("the service does not run");
    return this.#running;
  }

  async start(): Promise<void> {
    const root = this.#root;
    const log = this.#log;
    const rule = this.#rule;
    this.#running = await startFaultyService(this.#config, diskEnvironment({ root, log, rule }));
    this.#excused.clear();
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await this.#running?.end(signal);
    this.#running = undefined;
  }

  /** Notes what a client was told. */
  take({ status, id, body }: Attempt): void {
    if (status === 200 && id !== undefined) this.stored.set(id, body);
  }

  /** From here on the disk fails. */
  fail(rule: DiskRule): void {
    truncateSync(this.#log);
    writeRule(this.#rule, rule);
  }

  /** The disk serves again. The answer is what has failed. */
  heal(): DiskEvent[] {
    removeRule(this.#rule);
    return readEvents(readFileSync(this.#log)).filter(({ operation }) => operation === "failed");
  }

  async remove(): Promise<void> {
    await this.end("SIGKILL");
    removeFolder(this.#root);
    for (const path of [this.#log, this.#rule]) rmSync(path, { force: true });
  }

  /**
   * Temporary names, and files in the place of media, that no row leads to. They are removed, so that they are not
   * reported twice.
   */
  async takeLeftovers(): Promise<string[]> {
    const left = (await this.#leftovers()).filter((path) => !this.#excused.has(path));
    for (const path of left) rmSync(path);
    return left;
  }

  /** What is left now may stay until the next start. */
  async excuseLeftovers(): Promise<void> {
    for (const path of await this.#leftovers()) this.#excused.add(path);
  }

  /** Whether something may stay, of a media id or at all. */
  isExcused(mediaId = ""): boolean {
    return [...this.#excused].some((path) => path.replaceAll("/", "").endsWith(mediaId));
  }

  async #leftovers(): Promise<string[]> {
    const rows = await this.storedIds();
    const names = filesBelow(join(this.#root, "data/uploads")).filter(
      // Those of stored media go by themselves, some of them just now.
      (path) => (statSync(path, { throwIfNoEntry: false })?.nlink ?? 2) < 2,
    );
    const content = join(this.#root, "store/media/local_content");
    const files = filesBelow(content).filter((path) => !rows.has(path.slice(content.length).replaceAll("/", "")));
    return [...names, ...files];
  }

  /** Ids that have a row with content. */
  async storedIds(): Promise<Set<string>> {
    const audit = openSqliteAudit(join(this.#root, "rows/media.db"));
    try {
      const ids = new Set<string>();
      for await (const page of audit.rows.pages()) for (const { mediaId } of page) ids.add(mediaId);
      return ids;
    } finally {
      await audit.close();
    }
  }

  /** What of the store is not as it must be, leftovers apart; `verify` also reads every file. */
  async findWrong({ verify }: { readonly verify: boolean }): Promise<string[]> {
    const wrong: string[] = [];
    const rows = await this.storedIds();
    for (const id of this.stored.keys()) if (!rows.has(id)) wrong.push(`${id} was answered 200 and has no row`);
    for (const id of rows) if (!this.stored.has(id)) wrong.push(`${id} has a row and was not answered 200`);
    if (verify) {
      await verifyStore(loadConfig([this.#config]).config, {
        repair: false,
        onFinding: ({ kind, mediaId, detail }) => wrong.push(`${kind}: ${mediaId}: ${detail}`),
        onMoved: () => undefined,
        onProgress: () => undefined,
      });
    }
    const bytes = [...this.stored.values()].reduce((sum, body) => sum + body.length, 0);
    const sentBytes = await this.#sentBytes();
    if (sentBytes !== bytes) wrong.push(`${sentBytes} bytes count as sent, ${bytes} are stored`);
    return wrong;
  }

  async download(id: string): Promise<{ status: number; body: Buffer }> {
    const answer = await this.service.request(`/_matrix/client/v1/media/download/${SERVER_NAME}/${id}?timeout_ms=0`);
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  }

  /** What counts as sent, reservations included: told with the refusal of an upload of which no byte is sent. */
  async #sentBytes(): Promise<number> {
    const url = `${this.service.url}/_matrix/media/v3/upload`;
    const headers = {
      Authorization: "Bearer token-of-alice",
      "Content-Length": LIMIT_BYTES + 1,
      Expect: "100-continue",
    };
    return new Promise((resolve, reject) => {
      const asking = request(url, { method: "POST", headers, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (piece: Buffer) => (text += piece.toString()));
        answer.on("end", () => {
          asking.destroy();
          resolve((JSON.parse(text) as { sent_bytes: number }).sent_bytes);
        });
      });
      asking.on("error", reject);
      asking.flushHeaders();
    });
  }
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
