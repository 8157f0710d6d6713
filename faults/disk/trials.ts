import { randomBytes } from "node:crypto";
import { CLEARING } from "./faults.ts";
import type { FaultyStore } from "./faulty-store.ts";
import type { DiskEvent } from "./record.ts";
import type { DiskRule } from "./rule.ts";
import { upload, UPLOADS, uploadTo, type Attempt } from "./uploads.ts";

/** Something that is done while the disk fails by a rule. */
export interface Trial {
  readonly store: FaultyStore;
  /** An upload of a kind, `stop` or `start`. */
  readonly deed: string;
  readonly rule: DiskRule;
  /** Whether the service is killed right after its answer. */
  readonly isKilled: boolean;
  /** Whether everything that is stored is read at the end. */
  readonly isVerified: boolean;
}

/** What a trial came to. */
export interface Outcome {
  /** What is not as it must be. */
  readonly wrong: readonly string[];
  /** The calls that failed. */
  readonly failures: readonly DiskEvent[];
}

/** Uploads while the disk fails. The client is told the truth, other uploads continue, and nothing is left behind. */
export async function tryUpload({ store, deed, rule, isKilled, isVerified }: Trial): Promise<Outcome> {
  const wrong: string[] = [];
  store.fail(rule);
  const uploading = UPLOADS[deed]?.(store);
  wrong.push(...(await findWrongElsewhere(store, rule)));
  const attempt = await uploading;
  if (attempt === undefined) throw new Error(`an unknown upload: ${deed}`);
  if (isKilled) await store.end("SIGKILL");
  const failures = store.heal();
  wrong.push(...judge(attempt, deed, failures));
  store.take(attempt);
  if (isKilled) await store.start();
  else if (failures.some(({ other }) => CLEARING.includes(other))) await store.excuseLeftovers();
  if (attempt.status !== 200) await takeKept(store, attempt, failures);
  if (attempt.id !== undefined && !store.stored.has(attempt.id) && !store.isExcused(attempt.id)) {
    wrong.push(...(await findUnstored(store, await uploadTo(store, attempt.id))));
  }
  wrong.push(...(await findWrongAfter(store, isVerified)));
  return { wrong, failures };
}

/** Kills and starts the service where something could not be removed: it goes then. */
export async function findUncleared(store: FaultyStore): Promise<string[]> {
  if (!store.isExcused()) return [];
  await store.end("SIGKILL");
  await store.start();
  return findWrongAfter(store, true);
}

/** Stops or starts the service while the disk fails, which it may refuse; the next start is as if nothing had been. */
export async function tryRestart({ store, deed, rule, isVerified }: Trial): Promise<Outcome> {
  store.take(await upload(store, randomBytes(900)));
  if (deed === "start") await store.end("SIGKILL");
  store.fail(rule);
  if (deed === "stop") await store.end("SIGTERM");
  else await store.start().catch(() => undefined);
  await store.end("SIGKILL");
  const failures = store.heal();
  await store.start();
  return { wrong: await findWrongAfter(store, isVerified), failures };
}

/** What else runs while an upload meets its fault. */
async function findWrongElsewhere(store: FaultyStore, { operations, error }: DiskRule): Promise<string[]> {
  const [[id = "", body = Buffer.alloc(0)] = []] = store.stored;
  const [config, download] = await Promise.all([
    store.service.request("/_matrix/client/v1/media/config"),
    store.download(id),
  ]);
  const wrong = config.status === 200 ? [] : [`config is answered ${config.status}`];
  const isConcerned = error !== undefined && operations.some((operation) => ["any", "open"].includes(operation));
  if (download.status === 500 && isConcerned) return wrong;
  return download.body.equals(body) ? wrong : [...wrong, `a download is answered ${download.status}`];
}

/** Whether a client was told what the documents say. */
function judge({ status, refusal }: Attempt, deed: string, failures: readonly DiskEvent[]): string[] {
  if (status === (deed === "spam" ? 400 : 200)) return [];
  const isDocumented = status === 500 && refusal === '{"errcode":"M_UNKNOWN","error":"Internal server error"}';
  return isDocumented && failures.length > 0 ? [] : [`answered ${status} ${refusal}`];
}

/** A row whose commit could be neither flushed nor taken back stays with its file (docs/durability.md). */
async function takeKept(store: FaultyStore, { body }: Attempt, failures: readonly DiskEvent[]): Promise<void> {
  if (failures.filter(({ path }) => path.includes("media.db")).length < 2) return;
  for (const row of await store.storedIds()) if (!store.stored.has(row)) store.stored.set(row, body);
}

async function findWrongAfter(store: FaultyStore, isVerified: boolean): Promise<string[]> {
  const left = (await store.takeLeftovers()).map((path) => `left behind: ${path}`);
  const unstored = await findUnstored(store, await upload(store, randomBytes(100)));
  return [...left, ...unstored, ...(await store.findWrong({ verify: isVerified }))];
}

async function findUnstored(store: FaultyStore, attempt: Attempt): Promise<string[]> {
  const { status, id = "", body } = attempt;
  if (status !== 200) return [`the next upload is answered ${status}`];
  store.take(attempt);
  const read = await store.download(id);
  return read.body.equals(body) ? [] : [`the next upload is read as ${read.status}`];
}
