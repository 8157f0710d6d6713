import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { startService, type RunningService } from "../../src/server/start.ts";
import { createLogger } from "../../src/util/log.ts";
import { DiskModel } from "./model.ts";
import { readEvents, type DiskEvent } from "./record.ts";
import { findWrongThumbnail, thumbnailedIds, uploadPictures } from "./thumbnails.ts";
import { diskEnvironment } from "./shim.ts";
import { createFolder, type FolderOptions, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";

const silent = createLogger("fatal");

/** Refuses what its spam check reads as such. */
const MODULE = `
import { readFile } from "node:fs/promises";
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "refuses",
  setup(api) {
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async ({ path }) => (await readFile(path, "latin1")).startsWith("spam"),
    });
  },
});
`;
/** What was answered 200, and the bytes that were sent. */
type Bodies = Map<string, Buffer>;

interface Recording {
  readonly root: string;
  readonly events: readonly DiskEvent[];
  readonly bodies: Bodies;
  /** Ids that were filled by PUT, in the order of the answers. */
  readonly filled: readonly string[];
  /** Ids of pictures. */
  readonly pictures: readonly string[];
}

/**
 * Records everything that the service does to its disk while it takes uploads, then builds what a loss of power at each
 * moment may leave, with nothing that was not flushed and with a part of it, and starts the service on it: whatever was
 * answered by then must be there, whole, and nothing else may.
 */
export async function runPowerCut(
  { short, seed, note }: FaultOptions,
  durability: "full" | "relaxed" = "full",
): Promise<FaultResult> {
  const recording = await record(durability);
  const random = createRandom(seed);
  const moments = recording.events.length;
  const every = short ? Math.ceil(moments / 24) : 1;
  let [passed, failed] = [0, 0];
  for (let moment = 1 + Math.floor(random() * every); moment <= moments; moment += every) {
    // First, nothing survives that was not flushed; then, half of it does.
    for (const share of [0, 0.5]) {
      const wrong = await tryMoment(recording, moment, () => random() < share);
      if (wrong === undefined) passed += 1;
      else {
        failed += 1;
        const { operation, path, other } = recording.events[moment - 1] ?? {};
        note(`power lost after event ${moment} (${operation} ${path} ${other}), seed ${seed}: ${wrong}`);
      }
    }
  }
  return { passed, failed };
}

async function record(durability: string): Promise<Recording> {
  const root = createFolder();
  const log = `${root}.log`;
  try {
    writeFileSync(join(root, "refuses.ts"), MODULE);
    const config = writeFaultConfig(root, storeIn(root, durability, [{ typescript: "./refuses.ts" }]));
    const service = await startFaultyService(config, diskEnvironment({ root, log }));
    const bodies: Bodies = new Map();
    const filled = await makeUploads(service, bodies);
    const pictures = await uploadPictures(service, (id, body) => bodies.set(id, body));
    await service.end("SIGTERM");
    return { root, events: readEvents(readFileSync(log)), bodies, filled, pictures };
  } finally {
    removeFolder(root);
    rmSync(log, { force: true });
  }
}

/**
 * Each part in a folder of its own, which the service makes: what belongs to one is not flushed by the way with
 * another.
 */
function storeIn(folder: string, durability: string, modules: readonly unknown[] = []): FolderOptions {
  return {
    config: { media_store_path: join(folder, "store/media"), modules },
    mediaBridge: { durability, database: { path: "./rows/media.db" } },
  };
}

async function makeUploads(service: FaultyService, bodies: Bodies): Promise<string[]> {
  const upload = async (body: Buffer) => {
    const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", body });
    const { content_uri: uri } = (await answer.json()) as { content_uri?: string };
    if (uri !== undefined) bodies.set(idOf(uri), body);
  };
  await upload(randomBytes(700));
  await upload(Buffer.from("spam and nothing but spam"));
  await Promise.all([1, 40_000, 400_000, 9].map((size) => upload(randomBytes(size))));
  const filled: string[] = [];
  for (const size of [5000, 300_000]) {
    const created = await service.request("/_matrix/media/v1/create", { method: "POST" });
    const id = idOf(((await created.json()) as { content_uri: string }).content_uri);
    const body = randomBytes(size);
    const path = `/_matrix/media/v3/upload/${SERVER_NAME}/${id}`;
    await service.request(path, { method: "PUT", body: Buffer.from("spam at first") });
    await service.request(path, { method: "PUT", body });
    bodies.set(id, body);
    filled.push(id);
  }
  await upload(randomBytes(20));
  return filled;
}

async function tryMoment(recording: Recording, moment: number, survives: () => boolean): Promise<string | undefined> {
  const { root, events, filled } = recording;
  const folder = createFolder();
  const model = new DiskModel();
  const seen = events.slice(0, moment);
  for (const event of seen) model.apply(event);
  model.materialize(root, folder, survives);
  let service: RunningService | undefined;
  try {
    service = await startService(loadConfig([writeFaultConfig(folder, storeIn(folder, "full"))]).config, silent);
    const { port } = service.address as AddressInfo;
    return await findWrong(folder, port, recording, answersIn(seen, filled));
  } catch (error) {
    return `the service does not start: ${(error as Error).message}`;
  } finally {
    await service?.stop(5_000);
    removeFolder(folder);
  }
}

/** What had been answered: ids with content, and ids that were created. */
function answersIn(
  events: readonly DiskEvent[],
  filled: readonly string[],
): { stored: Set<string>; created: Set<string> } {
  const [stored, created] = [new Set<string>(), new Set<string>()];
  let fills = 0;
  for (const { operation, data } of events) {
    if (operation !== "send") continue;
    const text = data.toString("latin1");
    if (!text.startsWith("HTTP/1.1 200")) continue;
    const id = /mxc:\/\/[^/]+\/([A-Za-z0-9_-]+)/.exec(text)?.[1];
    if (id === undefined) stored.add(filled[fills++] ?? "");
    else (text.includes("unused_expires_at") ? created : stored).add(id);
  }
  return { stored, created };
}

async function findWrong(
  folder: string,
  port: number,
  { bodies, pictures }: Recording,
  { stored, created }: { stored: ReadonlySet<string>; created: ReadonlySet<string> },
): Promise<string | undefined> {
  const there = new Set<string>();
  for (const [id, body] of bodies) {
    const url = `http://127.0.0.1:${port}/_matrix/client/v1/media/download/${SERVER_NAME}/${id}?timeout_ms=0`;
    const answer = await fetch(url, { headers: { Authorization: "Bearer token-of-alice" } });
    const content = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 200) there.add(id);
    // Not answered yet, it may be there, but not in part.
    if (answer.status === 200 && digest(content) !== digest(body)) return `${id} has other bytes`;
    if (answer.status !== 200 && stored.has(id)) return `${id} was answered 200 and is answered ${answer.status} now`;
    if (answer.status === 404 && created.has(id)) return `${id} was created and is unknown now`;
    if (![200, 404, 504].includes(answer.status)) return `${id} is answered ${answer.status}`;
  }
  const wrong = await findWrongThumbnail(
    port,
    pictures.filter((id) => there.has(id)),
  );
  if (wrong !== undefined) return wrong;
  const store = join(folder, "store/media");
  const strange = [...thumbnailedIds(store)].filter((id) => !there.has(id));
  if (strange.length > 0) return `there are thumbnails of ${strange.join(", ")}, which is not there`;
  const found = filesBelow(join(store, "local_content"));
  const isRight = found.length === there.size;
  return isRight ? undefined : `${there.size} media and ${found.length} files: ${found.join(", ")}`;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function digest(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function idOf(uri: string): string {
  return uri.split("/").at(-1) ?? "";
}
