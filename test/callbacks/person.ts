import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { KindName } from "../../src/callbacks/kinds.ts";
import type { Instance, Script, TraceLine } from "./script.ts";
import type { ScriptedService } from "./scripted-service.ts";

/** What the service answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** The body of a 500 for a module's failure, to the letter. */
export const INTERNAL_ERROR = '{"errcode":"M_UNKNOWN","error":"Internal server error"}';

/** A user of a scripted service. */
export class Person {
  readonly name: string;
  readonly id: string;
  readonly #scripted: ScriptedService;

  constructor(scripted: ScriptedService, name: string) {
    this.#scripted = scripted;
    this.name = name;
    this.id = `@${name}:example.test`;
  }

  /** Changes what the modules do from the next call on. */
  script(script: Script): void {
    this.#scripted.script(this.name, script);
  }

  config(path = "/_matrix/client/v1/media/config"): Promise<Answer> {
    return this.#send(path, {});
  }

  /** Uploads a file of so many bytes, whose first line tells the spam check whose it is. */
  upload(sizeBytes = 100, query = ""): Promise<Answer> {
    return this.#send(`/_matrix/media/v3/upload${query}`, { method: "POST", body: this.file(sizeBytes) });
  }

  /** Uploads and answers the media id; fails where the upload is refused. */
  async store(sizeBytes: number): Promise<string> {
    const { status, text, body } = await this.upload(sizeBytes);
    if (status !== 200) throw new Error(`${status} ${text}`);
    return String(body["content_uri"]).split("/").at(-1) ?? "";
  }

  /** Creates a media id to upload to; fails where that is refused. */
  async create(): Promise<string> {
    const { status, text, body } = await this.#send("/_matrix/media/v1/create", { method: "POST" });
    if (status !== 200) throw new Error(`${status} ${text}`);
    return String(body["content_uri"]).split("/").at(-1) ?? "";
  }

  /** Uploads a file of so many bytes to a media id. */
  put(mediaId: string, sizeBytes = 100): Promise<Answer> {
    const path = `/_matrix/media/v3/upload/example.test/${mediaId}`;
    return this.#send(path, { method: "PUT", body: this.file(sizeBytes) });
  }

  download(mediaId: string): Promise<Answer> {
    return this.#send(`/_matrix/client/v1/media/download/example.test/${mediaId}`, {});
  }

  /** An upload in chunks, without a Content-Length. Pieces that come after the answer are not sent. */
  async uploadChunks(
    pieces: readonly (string | Buffer)[],
    path = "/_matrix/media/v3/upload",
    method = "POST",
  ): Promise<Answer> {
    const request = this.open({ "Transfer-Encoding": "chunked" }, path, method);
    let answered = false;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request.once("response", resolve).once("error", reject);
    });
    response.then(
      () => (answered = true),
      () => (answered = true),
    );
    for (const piece of pieces) {
      if (!answered) await new Promise<void>((resolve) => void request.write(piece, () => resolve()));
    }
    request.end();
    return readAnswer(await response);
  }

  /** A request that the test can break off. Its errors are ignored. */
  open(headers: Record<string, string>, path = "/_matrix/media/v3/upload", method = "POST"): ClientRequest {
    const request = httpRequest(this.#scripted.service.url + path, {
      method,
      agent: false,
      headers: { Authorization: `Bearer token-of-${this.name}`, ...headers },
    });
    request.on("error", () => undefined);
    return request;
  }

  file(sizeBytes: number): Buffer {
    const marked = Buffer.alloc(sizeBytes, "x");
    if (sizeBytes > this.name.length) marked.write(`${this.name}\n`);
    return marked;
  }

  /** The calls that modules got for this user, in order; of one kind where it is named. */
  calls(kind?: KindName): TraceLine[] {
    const own = this.#scripted.trace().filter(({ event, user }) => event === "called" && user === this.name);
    return kind === undefined ? own : own.filter(({ callback }) => callback === kind);
  }

  /** Who was called, in order. */
  asked(kind: KindName): Instance[] {
    return this.calls(kind).map(({ instance }) => instance);
  }

  /** The first call of a kind at a place of the chain, once it has come. */
  called(kind: KindName, instance: Instance = "first"): Promise<TraceLine> {
    return this.#scripted.traced(
      (line) =>
        line.event === "called" && line.user === this.name && line.callback === kind && line.instance === instance,
    );
  }

  async #send(path: string, init: { method?: string; body?: Buffer }): Promise<Answer> {
    const response = await fetch(this.#scripted.service.url + path, {
      method: init.method ?? "GET",
      headers: { Authorization: `Bearer token-of-${this.name}` },
      ...(init.body && { body: new Uint8Array(init.body) }),
    });
    return toAnswer(response.status, response.headers, await response.text());
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const headers = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return toAnswer(response.statusCode ?? 0, headers, Buffer.concat(pieces).toString());
}

function toAnswer(status: number, headers: Headers, text: string): Answer {
  const isJson = headers.get("content-type") === "application/json";
  return { status, headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
