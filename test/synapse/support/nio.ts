import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { synapsePython, type Account } from "./synapse.ts";

const DRIVER = fileURLToPath(new URL("nio_driver.py", import.meta.url));

/** A response of matrix-nio: the name of its class, the HTTP status, and its own fields. */
export interface NioAnswer {
  /** Such as `UploadResponse` and `UploadError`. */
  readonly type: string;
  readonly status: number;
  readonly [field: string]: string | number | boolean | null;
}

export interface RoomEvent {
  readonly type: string;
  readonly sender: string;
  readonly content: Record<string, unknown>;
}

interface SyncAnswer {
  readonly next_batch: string;
  readonly events: Record<string, readonly RoomEvent[]>;
  readonly invites: readonly string[];
}

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly failure?: string;
}

type Ask = (request: Record<string, unknown>) => Promise<unknown>;

/** matrix-nio in a process of its own, with as many clients as a test wants. */
export interface Nio {
  /** A client of the homeserver behind a URL; without a login yet. */
  client(url: string, username: string): Promise<NioClient>;
  stop(): Promise<void>;
}

/** Starts the process. */
export function startNio(): Nio {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-nio-"));
  const child = execa(synapsePython(), [DRIVER], { reject: false, buffer: false, stderr: "inherit" });
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const reply = JSON.parse(line) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  child.nodeChildProcess.on("close", (status, signal) => {
    for (const settle of waiting.values()) settle({ id: 0, failure: `matrix-nio ended with ${status ?? signal}` });
  });
  const ask: Ask = (request) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, ({ answer, failure }) => (failure === undefined ? resolve(answer) : reject(new Error(failure))));
      child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  return {
    async client(url, username) {
      const client = `${username} at ${url}`;
      await ask({ do: "open", client, url, user: username });
      return new NioClient((request) => ask({ ...request, client }), folder);
    },
    async stop() {
      child.stdin.end();
      await child;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One client of matrix-nio. */
export class NioClient {
  readonly #ask: Ask;
  readonly #folder: string;

  constructor(ask: Ask, folder: string) {
    this.#ask = ask;
    this.#folder = folder;
  }

  login(password: string): Promise<NioAnswer> {
    return this.#answerTo({ do: "login", password });
  }

  logout(): Promise<NioAnswer> {
    return this.#answerTo({ do: "logout" });
  }

  /** Takes over the token of an account in place of a login. */
  async adopt({ userId, accessToken }: Account): Promise<this> {
    await this.#ask({ do: "adopt", user_id: userId, access_token: accessToken });
    return this;
  }

  config(): Promise<NioAnswer> {
    return this.#answerTo({ do: "config" });
  }

  async upload(body: string | Uint8Array, { type = "text/plain", filename = "file" } = {}): Promise<NioAnswer> {
    const path = this.#temporaryPath();
    writeFileSync(path, body);
    const { size } = statSync(path);
    return this.#answerTo({ do: "upload", path, content_type: type, filename, size });
  }

  /** As {@link upload}, for one that must succeed: its `mxc://` URI. */
  async uploaded(body: string | Uint8Array, options?: { type?: string; filename?: string }): Promise<string> {
    const answer = await this.upload(body, options);
    if (answer.type !== "UploadResponse") throw new Error(JSON.stringify(answer));
    return String(answer["content_uri"]);
  }

  /** What came back, with its bytes where it was a success. */
  async download(mxc: string): Promise<NioAnswer & { readonly bytes?: Buffer }> {
    const path = this.#temporaryPath();
    const answer = await this.#answerTo({ do: "download", mxc, path });
    return answer.type === "DiskDownloadResponse" ? Object.assign(answer, { bytes: readFileSync(path) }) : answer;
  }

  join(roomId: string): Promise<NioAnswer> {
    return this.#answerTo({ do: "join", room_id: roomId });
  }

  setDisplayName(name: string): Promise<NioAnswer> {
    return this.#answerTo({ do: "set_display_name", name });
  }

  /** Syncs until there is an invitation, and answers the room's id. */
  invited(): Promise<string> {
    return this.#syncUntil(({ invites }) => invites[0]);
  }

  /** Syncs until an event that matches has arrived in a room. */
  eventIn(roomId: string, matches: (event: RoomEvent) => boolean): Promise<RoomEvent> {
    return this.#syncUntil(({ events }) => events[roomId]?.find(matches));
  }

  async #syncUntil<T>(find: (answer: SyncAnswer) => T | undefined): Promise<T> {
    for (let since: string | null = null; ;) {
      const answer: SyncAnswer = (await this.#ask({ do: "sync", since, timeout_ms: 5_000 })) as SyncAnswer;
      const found = find(answer);
      if (found !== undefined) return found;
      since = answer.next_batch;
    }
  }

  async #answerTo(request: Record<string, unknown>): Promise<NioAnswer> {
    return (await this.#ask(request)) as NioAnswer;
  }

  #temporaryPath(): string {
    return join(this.#folder, `${process.hrtime.bigint()}`);
  }
}
