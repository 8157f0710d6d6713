import { expect, test } from "vitest";
import type { Answered } from "../../../src/callbacks/asked/asked.ts";
import { CallbackChain } from "../../../src/callbacks/callback-chain.ts";
import { ModuleUnavailable } from "../../../src/callbacks/failure.ts";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { CallbackRegistry } from "../../../src/callbacks/slots/registry.ts";
import type { PythonRunner, SlotModule } from "../../../src/callbacks/slots/slot.ts";
import { MatrixError } from "../../../src/errors.ts";

const USER = "@alice:example.test";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";

test("What a module says is reported once its walk is over, with the question in the form of the wire", async () => {
  const { chain, heard } = openChain([{ module: 0, kind: ALLOWED, call: () => true }]);
  await chain.decide(ALLOWED, USER, 5);
  expect(heard).toEqual([
    [0, { asked: asked(ALLOWED, [USER, 5]), said: { outcome: "continue" }, micros: expect.any(Number) as number }],
  ]);
});

test("A question is reported with what callbacks were told of its request", async () => {
  const { chain, heard } = openChain([{ module: 0, kind: ALLOWED, call: () => true }]);
  const upload = { declaredType: "image/png", fileName: undefined, declaredSizeBytes: 5 };
  const told = chain.knowing({ requester: { userId: USER, guest: true, appservice: false }, upload });
  await told.decide(ALLOWED, USER, 5);
  await told.knowing({ sizeBytes: 5 }).decide(ALLOWED, USER, 5);
  const context = { isGuest: true, isAppservice: false, upload };
  expect(heard.map(([, answered]) => answered.asked)).toEqual([
    { ...asked(ALLOWED, [USER, 5]), context },
    { ...asked(ALLOWED, [USER, 5]), context: { ...context, upload: { ...upload, sizeBytes: 5 } } },
  ]);
});

test("Modules behind the one that decides are not reported", async () => {
  const { chain, heard } = openChain([
    { module: 0, kind: ALLOWED, call: () => true },
    { module: 1, kind: ALLOWED, call: () => false },
    { module: 2, kind: ALLOWED, call: () => true },
  ]);
  await chain.decide(ALLOWED, USER, 5);
  expect(heard.map(([index, { said }]) => [index, said])).toEqual([
    [0, { outcome: "continue" }],
    [1, { outcome: "stop", value: null }],
  ]);
});

test("A module of several callbacks is not reported where only some of them were asked", async () => {
  const { chain, heard } = openChain([
    { module: 0, kind: ALLOWED, call: () => true },
    { module: 1, kind: ALLOWED, call: () => false },
    { module: 0, kind: ALLOWED, call: () => true },
  ]);
  await chain.decide(ALLOWED, USER, 5);
  expect(heard.map(([index]) => index)).toEqual([1]);
});

test("The error with which a module refuses is reported with the answer that the client gets", async () => {
  const { chain, heard } = openChain([{ module: 0, kind: LIMITS, call: refuse }]);
  await expect(chain.decide(LIMITS, USER, 5)).rejects.toThrow("No");
  const body = '{"errcode":"M_FORBIDDEN","error":"No","org.example":1152921504606846976}';
  expect(heard[0]?.[1].said).toEqual({
    outcome: "error",
    error: { message: "No", answer: { status: 403, errcode: "M_FORBIDDEN", body } },
  });
});

test("Numbers of limits are reported exactly", async () => {
  const { chain, heard } = openChain([{ module: 0, kind: LIMITS, call: limitExactly }]);
  await chain.decide(LIMITS, USER, 5);
  expect(heard[0]?.[1].said).toMatchObject({ value: [{ max_bytes: "1152921504606846976", time_period_ms: "1" }] });
});

test("Both walks of one round trip are reported", async () => {
  const limit = { max_bytes: "100.0", time_period_ms: "1", info_uri: null, can_upgrade: false, extra: null };
  const runner = answering([
    [null, null, [7]],
    [0, [limit], [["stop", 9]]],
  ]);
  const { chain, heard } = openChain([
    { module: 0, kind: ALLOWED, runner },
    { module: 0, kind: LIMITS, runner },
  ]);
  await chain.decideBoth({ kind: ALLOWED, args: [USER, 5] }, { kind: LIMITS, args: [USER, 5] });
  expect(heard.map(([, answered]) => answered)).toEqual([
    { asked: asked(LIMITS, [USER, 5]), said: { outcome: "stop", value: [limit] }, micros: 9 },
    { asked: asked(ALLOWED, [USER, 5]), said: { outcome: "continue" }, micros: 7 },
  ]);
});

test("A module that could not be asked is reported with the reason", async () => {
  const runner: PythonRunner = { run: () => Promise.reject(new ModuleUnavailable("busy", "too many wait")) };
  const { chain, heard } = openChain([{ module: 0, kind: ALLOWED, runner }]);
  await expect(chain.decide(ALLOWED, USER, 5)).rejects.toThrow("Too many requests");
  expect(heard[0]?.[1].said).toEqual({ outcome: "busy" });
});

test("Every module that is told of a notification is reported", async () => {
  const { chain, heard } = openChain([
    { module: 0, kind: "on_media_deleted", call: fail },
    { module: 1, kind: "on_media_deleted", call: () => undefined },
  ]);
  await chain.notify("on_media_deleted", "abc");
  expect(heard.map(([index, { said }]) => [index, said])).toEqual([
    [0, { outcome: "error", error: { message: "broken" } }],
    [1, { outcome: "continue" }],
  ]);
});

function refuse(): never {
  throw new MatrixError(403, "M_FORBIDDEN", "No", { fields: { "org.example": 2n ** 60n } });
}

function limitExactly(): unknown {
  return [{ maxBytes: 2n ** 60n, timePeriodMs: 1 }];
}

function fail(): never {
  throw new Error("broken");
}

interface SlotPlan {
  readonly module: number;
  readonly kind: KindName;
  readonly call?: () => unknown;
  readonly runner?: PythonRunner;
}

function openChain(plans: readonly SlotPlan[]) {
  const registry = new CallbackRegistry();
  for (const [position, { module: index, kind, call, runner }] of plans.entries()) {
    const facts = { kind, nth: position, name: "callback", file: null, isLate: false, takesSize: false };
    if (runner === undefined) {
      const module: SlotModule = { index, name: `module ${index}`, language: "typescript" };
      registry.add({ ...facts, module, language: "typescript", call: call ?? (() => undefined) });
    } else {
      const module: SlotModule = { index, name: `module ${index}`, language: "python" };
      registry.add({ ...facts, module, language: "python", remote: position, runner });
    }
  }
  const policy = { deadlineMs: 1_000, onUnavailable: "refuse" } as const;
  const heard: [number, Answered][] = [];
  const chain = new CallbackChain({
    registry,
    policies: new Proxy({} as ConstructorParameters<typeof CallbackChain>[0]["policies"], { get: () => policy }),
    observe: () => undefined,
    onLate: () => undefined,
    onUnenforced: () => undefined,
    clock: { now: () => 1_000, after: () => () => undefined },
    isUserAdmin: () => Promise.resolve(false),
    onAnswered: ({ index }, answered) => void heard.push([index, answered]),
  });
  return { chain, heard };
}

/** A child that gives these results to its first question. */
function answering(results: unknown): PythonRunner {
  return { run: () => Promise.resolve(results) };
}

function asked(kind: KindName, args: unknown[]) {
  return { kind, args, user: USER, askedTs: 1_000 };
}
