import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INSTANCES, type Script, type TraceLine } from "../../callbacks/script.ts";
import type { Answer, Calls, Request } from "./case.ts";

/** Headers in which module and client can see a difference. */
const HEADERS = ["content-type", "content-disposition", "x-of-a-module"];
const PATHS = {
  config: "/_matrix/client/v1/media/config",
  upload: "/_matrix/media/v3/upload",
  download: "/_matrix/client/v1/media/download/",
};
/** What both sides can register; Synapse refuses the others. */
const CALLBACKS = [
  "get_media_config_for_user",
  "is_user_allowed_to_upload_media_of_size",
  "get_media_upload_limits_for_user",
  "on_media_upload_limit_exceeded",
  "check_media_file_for_spam",
];

/** One of the two servers that are compared, with the scripted modules in it. */
export class Side {
  readonly #folder = mkdtempSync(join(tmpdir(), "media-bridge-side-"));
  readonly #table = join(this.#folder, "table.json");
  readonly #trace = join(this.#folder, "trace.jsonl");
  #url = "";

  constructor() {
    writeFileSync(this.#table, "{}");
    writeFileSync(this.#trace, "");
  }

  /** Three places in a chain, for `modules:`. */
  modules(): object[] {
    const table = this.#table;
    const trace = this.#trace;
    return INSTANCES.map((instance) => ({
      module: "scripted.Scripted",
      config: { instance, table, trace, only: CALLBACKS },
    }));
  }

  /** Where the server that has these modules answers. */
  answersAt(url: string): void {
    this.#url = url;
  }

  /** What the modules do for whom, from now on. */
  script(scripts: Readonly<Record<string, Script>>): void {
    writeFileSync(`${this.#table}.next`, JSON.stringify(scripts));
    renameSync(`${this.#table}.next`, this.#table);
  }

  /** Makes a user's requests, one after the other. */
  async answers(user: string, token: string, requests: readonly Request[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    let last = "";
    for (const request of requests) {
      const seen = this.#lines().length;
      const response = await this.#send(user, token, request, last);
      const text = await response.text();
      const json = parse(text);
      if (isUploaded(json)) last = json.content_uri.slice("mxc://".length);
      const headers = HEADERS.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      answers.push({
        status: response.status,
        headers: Object.fromEntries(headers),
        body: isUploaded(json) ? { content_uri: json.content_uri.replace(/[^/]+$/, "…") } : (json ?? text),
        calls: groupCalls(this.#lines().slice(seen)),
      });
    }
    return answers;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #send(user: string, token: string, request: Request, last: string): Promise<Response> {
    const headers = { Authorization: `Bearer ${token}` };
    if (request.do !== "upload") {
      return fetch(this.#url + PATHS[request.do] + (request.do === "download" ? last : ""), { headers });
    }
    const { size, type = "text/plain", query = "" } = request;
    // Its first line tells the modules whose it is: a spam check is not told.
    const body = `${user}\n`.padEnd(size, "x");
    return fetch(this.#url + PATHS.upload + query, {
      method: "POST",
      headers: { ...headers, "Content-Type": type },
      body,
    });
  }

  #lines(): TraceLine[] {
    const text = readFileSync(this.#trace, "utf8").trimEnd();
    const lines = text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as TraceLine);
    return lines.filter(({ event }) => event === "called");
  }
}

function groupCalls(lines: readonly TraceLine[]): Calls {
  const calls: Record<string, [TraceLine["instance"], ...unknown[]][]> = {};
  for (const { instance, callback = "", args = [] } of lines) {
    // The path and the id of a file differ from one upload to the next.
    const compared = callback === "check_media_file_for_spam" ? [] : args;
    (calls[callback] ??= []).push([instance, ...compared]);
  }
  return calls;
}

function parse(text: string): unknown {
  try {
    // As text where a number cannot hold them.
    return JSON.parse(text.replaceAll(/(?<=[:[,]\s*)-?\d{16,}(?=\s*[,}\]])/g, '"$&"'));
  } catch {
    return undefined;
  }
}

function isUploaded(body: unknown): body is { content_uri: string } {
  return typeof body === "object" && body !== null && "content_uri" in body;
}
