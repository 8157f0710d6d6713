import { setPriority } from "node:os";
import { setImmediate, setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { KindName } from "../../callbacks/kinds.ts";
import type { ModuleConfig } from "../../config/config.ts";
import { addHeldBack, NOTHING_HELD_BACK } from "../../modules/heard/held-back.ts";
import { endChildren } from "../../modules/python/end-children.ts";
import { describeVersion } from "../../shadow/run/module-version.ts";
import type { Asked } from "../../shadow/asked.ts";
import type { Compared, ComparisonTaker, Timed } from "../../shadow/compared.ts";
import type {
  FromShadow,
  SettledQuestion,
  ShadowQuestion,
  ShadowThreadStart,
  ToShadow,
} from "../../shadow/run/messages.ts";
import { readQuestions } from "../../shadow/run/question-text.ts";
import { CoalescedDelay } from "../../util/concurrency/coalesced-delay.ts";
import { Turns } from "../../util/concurrency/turns.ts";
import { ownThreadId } from "../../util/threads/cpu-time.ts";
import { deferEnd, fenceFetch, silencePrinting } from "./fence-thread.ts";
import { type FencedModule, loadFencedModule } from "./fenced-module.ts";
import { openDifferences } from "./open-differences.ts";
import { RelayedCalls } from "./relayed-calls.ts";
import { type Relay, relayLog } from "./relayed-log.ts";

const SIGN_EVERY_MS = 1_000;
/** Requests come first, on a machine that has more to do than it can. */
const NICE = 10;
/** Questions that the candidate is asked at the same time. */
const MAX_AT_ONCE = 4;
/** Work without a pause, in milliseconds, and the pause. */
const SLICE_MS = 0.25;
const PAUSE_MS = 1;
/** Answers are told together: each message takes time of the service's own thread. */
const TOLD_AFTER_MS = 50;

const { port, ...data } = workerData as ShadowThreadStart;
// Out of reach before the module is imported: what a candidate posts would be taken for what the service is told.
delete (workerData as { port?: unknown }).port;
parentPort?.close();
const { config, candidate: candidateEntry, original } = data;
const tell = (message: FromShadow) => port.postMessage(message);
const relay: Relay = (level, facts, message) => tell({ type: "log", level, facts, message });
/** What the candidate logs, of which a part is passed on. */
const candidatesLog = relayLog(relay);
/** However much the candidate logs, this is heard. */
const log = relayLog(relay);
const calls = new RelayedCalls(tell);
const threadId = ownThreadId();
const turns = new Turns(MAX_AT_ONCE);
const telling = new CoalescedDelay(TOLD_AFTER_MS);
let settled: SettledQuestion[] = [];
/** Questions that came and are not compared yet, by their numbers. */
const unanswered = new Map<number, KindName>();
/** When the thread last paused, on the clock of `performance`. */
let pausedMs = 0;
let sentByFetch = 0;
let candidate: FencedModule | undefined;
let copy: Promise<FencedModule> | undefined;
let isCopyMissed = false;
/** What is loaded. */
const loaded: FencedModule[] = [];
/** What is being loaded. */
const loading = new Set<Promise<FencedModule>>();
let taker: ComparisonTaker | undefined;

// Before the module is imported: what it prints and starts is fenced from its first line on.
silencePrinting();
fenceFetch(() => (sentByFetch += 1));
deferEnd((reason) => tell({ type: "ended", reason }));
if (threadId !== undefined) lowerPriority(threadId);
// A promise that a module has forgotten is its own business, as everywhere.
process.on("unhandledRejection", (error) => {
  candidatesLog.warn({ err: error }, "a promise of the candidate was rejected");
});
const signs = setInterval(() => void giveSign(), SIGN_EVERY_MS);
port.on("message", (message: ToShadow) => void take(message));
void giveSign();
await load();

async function load(): Promise<void> {
  try {
    candidate = await loadOne(candidateEntry);
    const { name, file, callbacks } = candidate;
    const pair = {
      index: original.entry.index,
      original: describeVersion(original.entry, original.name, original.file),
      candidate: describeVersion(candidateEntry, name, file),
    };
    taker = await openDifferences(data, pair, log);
    tell({ type: "loaded", name, language: candidateEntry.language, callbacks });
  } catch (error) {
    tell({ type: "failed", reason: (error as Error).message });
  }
}

async function loadOne(entry: ModuleConfig): Promise<FencedModule> {
  const pending = loadFencedModule(
    config,
    entry,
    candidatesLog,
    data.relaysHomeserver === true ? calls.relay : undefined,
  );
  loading.add(pending);
  try {
    const module = await pending;
    loaded.push(module);
    // Who keeps this thread knows of its child before the module is asked anything.
    void giveSign();
    return module;
  } finally {
    loading.delete(pending);
  }
}

async function take(message: ToShadow): Promise<void> {
  switch (message.type) {
    case "ask":
      return askAll(readQuestions(message.questions));
    case "dropped":
      return taker?.countDropped(message.kind, message.count);
    case "homeserver":
      return calls.settle(message.id, message.outcome);
    default:
      return close();
  }
}

async function askAll(questions: readonly ShadowQuestion[]): Promise<void> {
  pausedMs = performance.now();
  for (const { id, answered } of questions) unanswered.set(id, answered.asked.kind);
  for (const question of questions) {
    await turns.take();
    void answer(question).finally(() => turns.pass());
    // What a candidate says at once is bounded and compared before the next is asked: several answers that each take
    // much of the heap would end the whole process.
    await setImmediate();
    await pause();
  }
}

/**
 * Lets others have the core of this thread before the system would take it: a thread that runs is let run for a
 * millisecond or more, whatever its priority, and a request that the same core should serve waits for as long.
 */
async function pause(): Promise<void> {
  if (performance.now() - pausedMs < SLICE_MS) return;
  await wait(PAUSE_MS);
  pausedMs = performance.now();
}

async function answer(question: ShadowQuestion): Promise<void> {
  const compared = await compare(question);
  // A thread that is closed has counted it.
  if (!unanswered.delete(question.id)) return;
  taker?.add(compared);
  const asked = question.decider === "original" ? compared.candidate : compared.answered;
  settled.push({ id: question.id, outcome: asked.said.outcome });
  void tellSettled();
}

async function tellSettled(): Promise<void> {
  await telling.over();
  if (settled.length === 0) return;
  tell({ type: "answered", settled });
  settled = [];
}

/** Asks the module that did not decide. In what is compared, the original's answer comes first, whichever of the two decided. */
async function compare({ answered, decider, isAskedAgain }: ShadowQuestion): Promise<Compared> {
  const { asked, said, micros } = answered;
  if (decider === "candidate") {
    const control = await askCopy(asked);
    return { answered: { asked, ...control }, candidate: { said, micros } };
  }
  if (candidate === undefined) throw new TypeError("a question came before the candidate was loaded");
  const theirs = await candidate.ask(asked);
  return { answered, candidate: theirs, ...(isAskedAgain && { again: await askCopy(asked) }) };
}

/** Asks the fenced copy of the original, which is loaded when it is first needed. */
async function askCopy(asked: Asked): Promise<Timed> {
  copy ??= loadOne(original.entry);
  try {
    return await (await copy).ask(asked);
  } catch (error) {
    if (!isCopyMissed) log.warn({ err: error }, "the fenced copy of the module that is shadowed cannot be asked");
    isCopyMissed = true;
    return { said: { outcome: "unavailable" }, micros: 0 };
  }
}

async function giveSign(): Promise<void> {
  const { external, arrayBuffers } = process.memoryUsage();
  let heldBack = addHeldBack(NOTHING_HELD_BACK, { request: sentByFetch });
  for (const module of loaded) heldBack = addHeldBack(heldBack, await module.heldBack());
  const pids = loaded.flatMap((module) => module.pids);
  tell({ type: "alive", threadId, pids, externalBytes: external + arrayBuffers, heldBack });
}

async function close(): Promise<void> {
  clearInterval(signs);
  for (const kind of unanswered.values()) taker?.countDropped(kind, 1);
  unanswered.clear();
  await Promise.all([...loaded.map((module) => module.stop()), taker?.close()]);
  if (loading.size > 0) {
    // Only this thread can wait for its children: one that outlives it stays behind as a zombie.
    endChildren();
    await Promise.allSettled(loading);
  }
  tell({ type: "closed" });
  port.close();
}

function lowerPriority(id: number): void {
  try {
    setPriority(id, NICE);
  } catch {
    // Not every system has it for threads; the budget holds without it.
  }
}
