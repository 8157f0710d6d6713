import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { SERVER_NAME } from "../support/folder.ts";
import { childrenOf, lookAtProcess } from "../support/processes.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";
import type { DrawnPicture } from "./drawn-pictures.ts";
import { findWrongThumbnail, type ThumbnailAnswer } from "./verdict.ts";

/** How long the service itself lets a request for a thumbnail wait, and what a busy machine adds. Milliseconds. */
const DEADLINE_MS = 20_000 + 15_000;
const ERROR_LEVEL = 50;
const MOST_CHILDREN = Math.max(1, availableParallelism() - 1);
/** Resident memory that a child may have: what it may have for data (docs/thumbnails.md), and its program. */
const MOST_CHILD_MB = 400 + 100;
/** What the service may have at any time, and what it may have gained between the first tenth and the last one. */
const MOST_SERVICE_MB = 320;
const MOST_GAINED_MB = 64;

/** The service under mutated pictures: what it answered, and what it and its children took. */
export class PictureRun {
  passed = 0;
  failed = 0;
  /** By status and type. */
  readonly answers = new Map<string, number>();
  readonly #service: FaultyService;
  readonly #pool: Pool;
  readonly #note: (text: string) => void;
  readonly #ended = new Map<string, number>();
  #slowestMs = 0;
  #mostChildren = 0;
  #mostChildMb = 0;
  #mostServiceMb = 0;
  readonly #serviceMb: Record<"early" | "late", number[]> = { early: [], late: [] };

  /** Starts the service; `note` is told of what is wrong. */
  static async start(config: string, note: (text: string) => void): Promise<PictureRun> {
    const early: string[] = [];
    let hear = (line: string): void => {
      early.push(line);
    };
    const service = await startFaultyService(config, {}, (line) => hear(line));
    const run = new PictureRun(service, note);
    hear = (line) => run.#hear(line);
    for (const line of early) hear(line);
    return run;
  }

  private constructor(service: FaultyService, note: (text: string) => void) {
    this.#service = service;
    this.#pool = new Pool(service.url, { connections: 16, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    this.#note = note;
  }

  check(isRight: boolean, describe: () => string): void {
    if (isRight) this.passed += 1;
    else {
      this.failed += 1;
      this.#note(`wrong: ${describe()}`);
    }
  }

  /** The service says of each child that a picture ended; an error is none of a picture's doing. */
  #hear(line: string): void {
    if (!line.startsWith("{")) return;
    const { level, msg, code } = JSON.parse(line) as { level: number; msg: string; code?: string };
    if (level >= ERROR_LEVEL) this.check(false, () => `in the log: ${line.slice(0, 1000)}`);
    if (msg.startsWith("a child that decodes pictures has ended")) count(this.#ended, code ?? "unknown");
  }

  /** Uploads one picture, and asks for all its thumbnails at once. */
  async try({ name, mediaType, body, queries }: DrawnPicture, isDownloaded: boolean): Promise<void> {
    const headers = { "content-type": mediaType };
    const upload = await this.#request(`upload of ${name}`, "POST", "/_matrix/media/v3/upload", { body, headers });
    if (upload === undefined) return;
    const id = /mxc:\/\/[^/]+\/([\w-]+)/.exec(upload.body.toString())?.[1];
    this.check(upload.status === 200 && id !== undefined, () => `the upload of ${name} is answered ${upload.status}`);
    if (id === undefined) return;
    const asked = queries.map(async (query) => {
      const path = `/_matrix/client/v1/media/thumbnail/${SERVER_NAME}/${id}?${query}`;
      const answer = await this.#request(`${query} of ${name}`, "GET", path);
      if (answer === undefined) return;
      count(this.answers, answer.status === 200 ? `200 ${answer.contentType}` : String(answer.status));
      const wrong = await findWrongThumbnail(query, answer);
      this.check(wrong === undefined, () => `${query} of ${name}: ${wrong}`);
    });
    await Promise.all(asked);
    if (!isDownloaded) return;
    const path = `/_matrix/client/v1/media/download/${SERVER_NAME}/${id}`;
    const download = await this.#request(`download of ${name}`, "GET", path);
    const isWhole = download?.status === 200 && digest(download.body) === digest(body);
    this.check(isWhole, () => `the original of ${name} is answered ${download?.status}, and is not what was uploaded`);
  }

  /** Looks at the processes; `part`: whether it is the first tenth of all pictures, or the last one. */
  look(part: "early" | "late" | undefined): void {
    const serviceMb = lookAtProcess(this.#service.pid).kilobytes / 1024;
    this.#mostServiceMb = Math.max(this.#mostServiceMb, serviceMb);
    if (part !== undefined) this.#serviceMb[part].push(serviceMb);
    const children = decodersOf(this.#service.pid);
    this.#mostChildren = Math.max(this.#mostChildren, children.length);
    for (const megabytes of children) this.#mostChildMb = Math.max(this.#mostChildMb, megabytes);
  }

  /** Holds the children and the memory of both against their bounds. */
  checkBounds(): void {
    this.check(this.#mostChildren <= MOST_CHILDREN, () => `there were ${this.#mostChildren} children at once`);
    this.check(this.#mostChildMb <= MOST_CHILD_MB, () => `a child had ${this.#mostChildMb.toFixed(0)} MB`);
    this.check(this.#mostServiceMb <= MOST_SERVICE_MB, () => `the service had ${this.#mostServiceMb.toFixed(0)} MB`);
    // Garbage comes and goes: the middle ones count.
    const [early, late] = [middleOf(this.#serviceMb.early), middleOf(this.#serviceMb.late)];
    this.check(late - early <= MOST_GAINED_MB, () => {
      return `the service had ${early.toFixed(0)} MB at first and ${late.toFixed(0)} MB at the end`;
    });
  }

  /** What came of it, for the reader. */
  describe(): string {
    return [
      `answers ${list(this.answers)}`,
      `children that ended within a job: ${list(this.#ended)}`,
      `the slowest answer took ${(this.#slowestMs / 1000).toFixed(1)} s`,
      `at most ${this.#mostServiceMb.toFixed(0)} MB (service), ${this.#mostChildMb.toFixed(0)} MB (a child), ${this.#mostChildren} children`,
      `${this.passed} checks passed, ${this.failed} failed`,
    ].join("; ");
  }

  /** Ends the service in order. */
  async end(): Promise<void> {
    await this.#pool.destroy();
    const status = await this.#service.end("SIGTERM");
    this.check(status === 0, () => `the service ended with status ${status}`);
  }

  async #request(
    what: string,
    method: "GET" | "POST",
    path: string,
    { body = null, headers = {} }: { body?: Buffer | null; headers?: Record<string, string> } = {},
  ): Promise<ThumbnailAnswer | undefined> {
    const startedMs = performance.now();
    try {
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const all = { authorization: "Bearer token-of-alice", ...headers };
      const answer = await this.#pool.request({ method, path, body, signal, headers: all });
      const content = Buffer.from(await answer.body.arrayBuffer());
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedMs);
      const [contentType, retryAfter] = [answer.headers["content-type"], answer.headers["retry-after"]];
      return {
        status: answer.statusCode,
        contentType: String(contentType),
        retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
        body: content,
      };
    } catch (error) {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      this.check(false, () => `${what}: no answer after ${seconds} s: ${String(error)}`);
      return undefined;
    }
  }
}

/** The resident memory of each decoding child, in MB. */
function decodersOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => {
    try {
      const isDecoder = readFileSync(join("/proc", String(child), "cmdline"), "latin1").includes("decoding-process");
      return isDecoder ? [lookAtProcess(child).kilobytes / 1024] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function middleOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function list(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([what, number]) => `${number} × ${what}`).join(", ") || "none";
}
