import { randomBytes } from "node:crypto";
import type { DiskEvent } from "./disk/record.ts";
import type { DiskRule } from "./disk/rule.ts";
import { FaultyStore } from "./disk/faulty-store.ts";
import { SERVER_NAME } from "./folder.ts";
import type { FaultOptions, FaultResult } from "./program.ts";
import { createRandom } from "./random.ts";

const UPLOAD = "/_matrix/media/v3/upload";

/** What a client sent, and was answered. */
interface Attempt {
  readonly answer: Response;
  readonly body: Buffer;
  /** Undefined where none is known. */
  readonly id?: string | undefined;
}

/** Every way of an upload through the store. */
const UPLOADS: Readonly<Record<string, (store: FaultyStore) => Promise<Attempt>>> = {
  small: (store) => post(store, randomBytes(900)),
  large: (store) => post(store, randomBytes(600_000)),
  "without a length": (store) => post(store, randomBytes(300_000), { chunked: true }),
  "to an id": async (store) => {
    const answer = await store.service.request("/_matrix/media/v1/create", { method: "POST" });
    const id = await readId(answer);
    return id === undefined ? { answer, body: Buffer.alloc(0) } : put(store, id);
  },
  spam: (store) => post(store, Buffer.from("spam and nothing but spam")),
};

const CHANGES = ["create", "write", "truncate", "flush", "link", "rename", "unlink", "mkdir", "rmdir"];

/** How a disk fails, from some call on or for one. */
const FAULTS: Readonly<Record<string, DiskRule>> = {
  "no space": { operations: ["create", "write", "truncate", "flush", "link", "mkdir"], error: "ENOSPC" },
  "no inodes": { operations: ["create", "mkdir"], error: "ENOSPC" },
  "read-only": { operations: CHANGES, error: "EROFS" },
  broken: { operations: ["any"], error: "EIO" },
  "no descriptors": { operations: ["create", "open"], error: "EMFILE" },
};

/** What takes part in removing something. */
const CLEARING = ["unlink", "rmdir", "flush", "open"];

/** What a disk may do and nobody notices. */
const NUISANCES: Readonly<Record<string, DiskRule>> = {
  slow: { operations: ["any"], delayMs: 60 },
  "short writes": { operations: ["write"], bytes: 1000 },
};

/** How many calls fail: one, as many as what clears up after the first makes, all that follow. */
const COUNTS = [1, 2, 3, undefined];

/** One way of failing one kind of upload, at whatever call. */
interface Series {
  readonly kind: string;
  readonly fault: string;
  readonly rule: DiskRule;
}

/** Fails every step of every kind of upload in every way, for some calls or for good, and looks at what is left. */
export async function runFaultyDisk(options: FaultOptions): Promise<FaultResult> {
  const results = await Promise.all(
    (["full", "relaxed"] as const).map(async (durability, index) => {
      const store = new FaultyStore(durability);
      try {
        const note = (text: string) => options.note(`${durability}, ${text}`);
        return await runSeries(store, { ...options, seed: options.seed + index, note });
      } finally {
        await store.remove();
      }
    }),
  );
  return results.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }));
}

async function runSeries(store: FaultyStore, { short, seed, note }: FaultOptions): Promise<FaultResult> {
  const random = createRandom(seed);
  let [passed, failed] = [0, 0];
  await store.start();
  await expectStored(store, await post(store, randomBytes(500)));
  for (const series of planSeries(short, random)) {
    const stride = short ? 16 : 1;
    for (let first = 1 + Math.floor(random() * stride); ; first += 1 + Math.floor(random() * stride)) {
      const rule = { ...series.rule, first };
      const { wrong, failures } = await tryFault(store, { ...series, rule }, random);
      if (wrong.length === 0) passed += 1;
      else failed += 1;
      const calls = failures.slice(0, 4).map(({ other, path }) => `${other} ${path}`);
      const what = `${series.kind}, ${series.fault} from call ${first} on, ${rule.count ?? "all"} (${calls.join(", ")})`;
      for (const text of wrong) note(`${what}, seed ${seed}: ${text}`);
      if (failures.length === 0) break;
    }
  }
  return { passed, failed };
}

function* planSeries(short: boolean, random: () => number): Iterable<Series> {
  for (const kind of Object.keys(UPLOADS)) {
    for (const [fault, rule] of Object.entries(NUISANCES)) if (!short || random() < 0.4) yield { kind, fault, rule };
    for (const [fault, rule] of Object.entries(FAULTS)) {
      const counts = short ? [COUNTS[Math.floor(random() * COUNTS.length)]] : COUNTS;
      for (const count of counts) yield { kind, fault, rule: { ...rule, ...(count !== undefined && { count }) } };
    }
  }
}

async function tryFault(
  store: FaultyStore,
  { kind, rule }: Series,
  random: () => number,
): Promise<{ wrong: string[]; failures: readonly DiskEvent[] }> {
  const wrong: string[] = [];
  const isKilled = random() < 0.02;
  store.fail(rule);
  const uploading = UPLOADS[kind]?.(store);
  wrong.push(...(await findWrongElsewhere(store, rule)));
  const attempt = await uploading;
  if (attempt === undefined) throw new Error(`there is no ${kind}`);
  if (isKilled) await store.end("SIGKILL");
  const failures = store.heal();
  wrong.push(...(await judge(attempt, kind, failures)));
  const { body, id } = attempt;
  const isStored = attempt.answer.status === 200;
  if (isStored && id !== undefined) store.stored.set(id, body);
  // What could not be removed is cleared at the next start.
  const left = isKilled ? [] : store.leftovers();
  if (left.length > 0 && !failures.some(({ other }) => CLEARING.includes(other))) wrong.push(`left: ${left.join(", ")}`);
  if (left.length > 0) await store.end("SIGKILL");
  if (left.length > 0 || isKilled) await store.start();
  wrong.push(...store.takeLeftovers().map((path) => `left after a start: ${path}`));
  // A row whose commit could not be flushed, and not be taken back either, stays with its file (docs/durability.md).
  const wasCommitted = failures.some(({ path }) => path.includes("/rows/"));
  for (const row of store.storedIds()) if (!isStored && wasCommitted && !store.stored.has(row)) store.stored.set(row, body);
  if (kind === "to an id" && id !== undefined && !store.stored.has(id)) {
    await expectStored(store, await put(store, id), wrong);
  }
  await expectStored(store, await post(store, randomBytes(100)), wrong);
  wrong.push(...(await store.findWrong({ verify: random() < 0.1 })));
  return { wrong, failures };
}

/** What goes on while an upload meets its fault. */
async function findWrongElsewhere(store: FaultyStore, { operations, error }: DiskRule): Promise<string[]> {
  const [[id = "", body = Buffer.alloc(0)] = []] = store.stored;
  const [config, download] = await Promise.all([
    store.service.request("/_matrix/client/v1/media/config"),
    store.download(id),
  ]);
  const wrong = config.status === 200 ? [] : [`config is answered ${config.status}`];
  const isItself = error !== undefined && operations.some((operation) => ["any", "open"].includes(operation));
  if (download.status === 500 && isItself) return wrong;
  return download.body.equals(body) ? wrong : [...wrong, `a download is answered ${download.status}`];
}

/** Whether a client was told what the documents say. */
async function judge({ answer }: Attempt, kind: string, failures: readonly DiskEvent[]): Promise<string[]> {
  const text = answer.bodyUsed ? "" : await answer.text();
  if (answer.status === 500 && failures.length > 0) {
    return text === '{"errcode":"M_UNKNOWN","error":"Internal server error"}' ? [] : [`500 ${text}`];
  }
  if (answer.status === (kind === "spam" ? 400 : 200)) return [];
  return [`answered ${answer.status} ${text}`];
}

async function expectStored(store: FaultyStore, { answer, body, id }: Attempt, wrong: string[] = []): Promise<void> {
  if (answer.status !== 200 || id === undefined) {
    wrong.push(`the next upload is answered ${answer.status}`);
    return;
  }
  store.stored.set(id, body);
  const { status, body: read } = await store.download(id);
  if (!read.equals(body)) wrong.push(`the next upload is read as ${status}`);
}

async function post(store: FaultyStore, body: Buffer, { chunked = false } = {}): Promise<Attempt> {
  const init = chunked ? { body: new Blob([body]).stream(), duplex: "half" as const } : { body };
  const answer = await store.service.request(UPLOAD, { method: "POST", ...init });
  return { answer, body, id: answer.status === 200 ? await readId(answer) : undefined };
}

async function put(store: FaultyStore, id: string): Promise<Attempt> {
  const body = randomBytes(5000);
  const answer = await store.service.request(`${UPLOAD}/${SERVER_NAME}/${id}`, { method: "PUT", body });
  return { answer, body, id };
}

async function readId(answer: Response): Promise<string | undefined> {
  if (answer.status !== 200) return undefined;
  const { content_uri: uri } = (await answer.json()) as { content_uri: string };
  return uri.split("/").at(-1);
}
