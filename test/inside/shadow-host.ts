import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, vi } from "vitest";
import { type CallbacksSocket, listenForSynapse } from "../../src/inside/listen.ts";
import type { OpenShadows } from "../../src/inside/shadows.ts";
import { shareInsideShadows } from "../../src/server/shadow/inside/open-inside-shadows.ts";
import { readRuns } from "../../src/shadow/parity/read-runs.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { ConnectedSynapse } from "./connected-synapse.ts";

const WAITING = fileURLToPath(new URL("../fixtures/inside/waiting.ts", import.meta.url));
export const ALLOWED = "is_user_allowed_to_upload_media_of_size";
export const SPAM = "check_media_file_for_spam";
export const NOT_ENDED = "not everything of a Synapse that has left could be ended";
const LOADED = "the shadow of a module is asked from now on";

/** Allows one byte more than the module that it shadows, and finds nothing wrong with files that exist. */
const CANDIDATE = `
import { existsSync } from "node:fs";
export default {
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: (_user, size) => size <= 101 });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: (file) => !existsSync(file.path) });
  },
};
`;

const asked = { module: 1, kind: ALLOWED, args: ["@a:example.test", 101], user: "@a:example.test", asked_ts: 1 };
/** What a Python module was asked and said, as Synapse tells it. */
export const told = { ...asked, said: { outcome: "continue" }, micros: 5, part: 1, file: null };

/** For each test of the file that calls this, a socket on which `media-bridge callbacks` hosts shadows. */
export function useShadowHost(): ShadowHost {
  const host = new ShadowHost();
  beforeEach(() => host.listen());
  afterEach(() => host.close());
  return host;
}

/** The name of a folder for links of this process. */
export function ownFolder(digit: string): string {
  return `${process.pid}-${digit.repeat(16)}`;
}

class ShadowHost {
  folder = "";
  log: CapturedLog = captureLog();
  /** How the shadows of the next Synapse are opened. */
  openShadows: OpenShadows = shareInsideShadows();
  #connected: ConnectedSynapse[] = [];
  #listening: CallbacksSocket | undefined;

  async listen(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "media-bridge-inside-shadows-"));
    this.log = captureLog();
    this.#connected = [];
    this.openShadows = shareInsideShadows();
    this.#listening = await listenForSynapse(join(this.folder, "callbacks.sock"), this.log, {
      openShadows: (request) => this.openShadows(request),
    });
  }

  async close(): Promise<void> {
    for (const synapse of this.#connected) synapse.leave();
    await this.#listening?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A Synapse with a TypeScript module and a Python one, each of which has the candidate as its shadow. */
  async start({ candidate = CANDIDATE, required = false, sample = "100%", files = ownFolder("0") } = {}) {
    const specifier = join(this.folder, "candidate.ts");
    writeFileSync(specifier, candidate);
    const decider = { typescript: WAITING, config: { notes: join(this.folder, "notes"), name: "decider" } };
    const shadow = { typescript: specifier, config: {}, required, sample };
    const config = join(this.folder, "shadows.yaml");
    const modules = [decider, { module: "a.Python", config: {} }].map((module) => ({ ...module, shadow }));
    writeFileSync(
      config,
      JSON.stringify({
        server_name: "example.test",
        media_store_path: this.folder,
        media_bridge: {
          data_path: join(this.folder, "data"),
          homeserver: {
            url: "https://example.test/",
            database: { name: "sqlite3", args: { database: join(this.folder, "homeserver.db") } },
          },
          modules,
        },
      }),
    );
    const synapse = await ConnectedSynapse.connect(join(this.folder, "callbacks.sock"));
    this.#connected.push(synapse);
    await synapse.initialize([{ ...decider, config: JSON.stringify(decider.config) }, { python: "a.Python" }]);
    await synapse.setUp();
    const python = [{ module: 1, name: "a.Python", file: null, kinds: [ALLOWED, SPAM] }];
    return { synapse, opened: () => synapse.connection.request("shadows", { config, waits: true, files, python }) };
  }

  /** Makes a folder of links with one file in it. */
  makeFolder(name: string): string {
    const made = join(this.folder, "data", "shadow-files", name);
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, "1"), "bytes");
    return made;
  }

  /** Resolves once a Synapse with other modules may use the socket. */
  freed(): Promise<void> {
    const other = { typescript: WAITING, config: JSON.stringify({ notes: join(this.folder, "notes"), name: "other" }) };
    return vi.waitFor(async () => {
      const next = await ConnectedSynapse.connect(join(this.folder, "callbacks.sock"));
      this.#connected.push(next);
      const answer = await next.initialize([other]);
      if (!("modules" in (answer as object))) throw new Error(`it is refused: ${JSON.stringify(answer)}`);
    }, 20_000);
  }

  /** What is counted of the shadow of a module: `[callback, counter, count]`. */
  counts(index: number): unknown[] {
    const run = readRuns(join(this.folder, "data"), { maxDifferences: 10 }).find((found) => found.index === index);
    return (run?.callbacks ?? []).flatMap(({ callback, counts: counted }) =>
      [...counted].flatMap(([name, count]) =>
        /same|different_effect|dropped/.test(name) ? [[callback, name, count]] : [],
      ),
    );
  }

  /** Resolves once so many shadows are loaded. */
  async loaded(count: number): Promise<void> {
    await vi.waitFor(() => {
      const found = this.log.lines.filter(({ message }) => message === LOADED).length;
      if (found !== count) throw new Error(`${found} shadows are loaded`);
    }, 20_000);
  }
}
