import { readFileSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { request } from "undici";
import { measureInTurn } from "./support/load.ts";
import { drawMixed, drawPhoto } from "./support/pictures.ts";
import { cpuMsOfTree, memoryOf, treeOf } from "./support/processes.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { startSynapse } from "./support/synapse.ts";
import { printTable } from "./support/table.ts";
import { startBridge } from "./support/targets.ts";

const THUMBNAIL = "/_matrix/client/v1/media/thumbnail/bench.test/";
/** Thumbnails that are made of every upload, by Synapse too. */
const MADE = ["width=96&height=96&method=crop", "width=320&height=240&method=scale"] as const;
const SMALL_PHOTOS = 200;
const CONNECTIONS = 32;
/** CPU time is counted in ticks of 10 ms: a single photo would be lost in them. */
const PHOTOS_A_TURN = 10;
const TURNS = 4;
const MIXED = 400;
const LOOK_EVERY_MS = 50;

/** In CPU milliseconds. */
const WANTED = { get: 0.15, photo: 100 };

export interface ServedThumbnailsOptions {
  readonly python: string;
  /** Whether a real Synapse is measured too, in turn with the service. */
  readonly synapse: boolean;
  /** Factor on the number of requests. */
  readonly scale: number;
}

/**
 * What thumbnails cost the whole service, beside a real Synapse where asked for: a GET of one that exists, and an upload
 * of a photo with the five that are made of it; then the memory of the service and of its child while pictures of all
 * kinds are uploaded.
 */
export async function benchServedThumbnails({ python, synapse, scale }: ServedThumbnailsOptions): Promise<void> {
  const targets: Target[] = [];
  try {
    targets.push(await startBridge(newFolder(), python, { durability: "relaxed" }));
    if (synapse) targets.push(await startSynapse(newFolder()));
    const rows = [["CPU ms, with all children", ...targets.map(({ name }) => name), "wanted"]];
    const gets = await measureGets(targets, Math.round(9000 * scale));
    rows.push([
      `GET of a thumbnail that exists, at ${CONNECTIONS}`,
      ...gets.map((ms) => ms.toFixed(3)),
      `${WANTED.get}`,
    ]);
    const photos = await measurePhotos(targets);
    rows.push(["photo of 12 megapixels with five thumbnails", ...photos.map((ms) => ms.toFixed(0)), `${WANTED.photo}`]);
    printTable(rows);
  } finally {
    for (const target of targets) await target.stop();
  }
  // A fresh one: what other work has left in a heap is not what pictures need.
  const bridge = await startBridge(newFolder(), python, { durability: "relaxed" });
  try {
    await measureMemory(bridge);
  } finally {
    await bridge.stop();
  }
}

async function measureGets(targets: readonly Target[], requests: number): Promise<number[]> {
  const photo = await (await drawPhoto(800, 600)).jpeg({ quality: 85 }).toBuffer();
  const attempts = [];
  for (const target of targets) {
    const paths: string[] = [];
    for (let turn = 0; turn < SMALL_PHOTOS; turn += 1) {
      const id = await uploadPicture(target, marked(photo, turn), "image/jpeg");
      paths.push(...MADE.map((query) => `${THUMBNAIL}${id}?${query}`));
    }
    let turn = 0;
    const next = () => ({ method: "GET", path: paths[(turn += 1) % paths.length] ?? "" }) as const;
    attempts.push({ target, work: { name: "GET of a thumbnail", connections: CONNECTIONS, requests, next } });
  }
  return (await measureInTurn(attempts)).map(({ cpuMs }) => cpuMs);
}

/** Each upload ends with a GET of a thumbnail, which waits until all of them are made. */
async function measurePhotos(targets: readonly Target[]): Promise<number[]> {
  const photo = await (await drawPhoto(4000, 3000)).jpeg({ quality: 92 }).toBuffer();
  const uploadSome = async (target: Target, first: number) => {
    for (let number = first; number < first + PHOTOS_A_TURN; number += 1) {
      await uploadPicture(target, marked(photo, number), "image/jpeg");
    }
  };
  const sums = targets.map(() => 0);
  for (const target of targets) await uploadSome(target, 0);
  for (let turn = 1; turn <= TURNS; turn += 1) {
    for (const [index, target] of targets.entries()) {
      const before = cpuMsOfTree(target.pid);
      await uploadSome(target, turn * PHOTOS_A_TURN);
      sums[index] = (sums[index] ?? 0) + cpuMsOfTree(target.pid) - before;
    }
  }
  return sums.map((sum) => sum / (TURNS * PHOTOS_A_TURN));
}

async function measureMemory(target: Target): Promise<void> {
  const folder = newFolder();
  try {
    const samples = (await drawMixed(folder)).map(({ path, mediaType }) => ({ body: readFileSync(path), mediaType }));
    const most = { service: 0, child: 0 };
    const look = () => {
      most.service = Math.max(most.service, memoryOf(target.pid).pssMb);
      most.child = Math.max(most.child, memoryOf(decoderOf(target.pid)).pssMb);
    };
    const before = memoryOf(target.pid).pssMb;
    const looking = new AbortController();
    const looks = (async () => {
      for (; !looking.signal.aborted; await wait(LOOK_EVERY_MS)) look();
    })();
    for (let number = 0; number < MIXED; number += 1) {
      const { body, mediaType } = samples[number % samples.length] ?? { body: Buffer.alloc(0), mediaType: "" };
      await uploadPicture(target, marked(body, number), mediaType);
    }
    looking.abort();
    await looks;
    const after = { service: memoryOf(target.pid).pssMb, child: memoryOf(decoderOf(target.pid)).pssMb };
    printTable([
      [`MB (PSS), ${MIXED} pictures of ${samples.length} kinds`, "before", "after", "at most on the way"],
      ["the service", before.toFixed(0), after.service.toFixed(0), most.service.toFixed(0)],
      ["the child that decodes", "0", after.child.toFixed(0), most.child.toFixed(0)],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Uploads a picture, and waits until it has its thumbnails; answers its id. */
async function uploadPicture(target: Target, body: Buffer, mediaType: string): Promise<string> {
  const authorization = `Bearer ${target.token}`;
  const headers = { authorization, "content-type": mediaType };
  const upload = await request(`${target.url}/_matrix/media/v3/upload`, { method: "POST", headers, body });
  const { content_uri: uri } = (await upload.body.json()) as { content_uri?: string };
  const id = uri?.split("/").at(-1);
  if (id === undefined) throw new Error(`an upload of ${mediaType} is answered ${upload.statusCode}`);
  const thumbnail = await request(`${target.url}${THUMBNAIL}${id}?${MADE[0]}`, { headers: { authorization } });
  await thumbnail.body.dump();
  if (thumbnail.statusCode !== 200) throw new Error(`a thumbnail of ${mediaType} is answered ${thumbnail.statusCode}`);
  return id;
}

/** The picture with other bytes behind its end: nothing is known of it yet. */
function marked(picture: Buffer, number: number): Buffer {
  return Buffer.concat([picture, Buffer.from(`picture ${number} of this run`)]);
}

/** The process below a service that decodes pictures; 0 where there is none. */
function decoderOf(pid: number): number {
  return treeOf(pid).find(isDecoder) ?? 0;
}

function isDecoder(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("decoding-process");
  } catch {
    // It has ended.
    return false;
  }
}
