import { expect, test } from "vitest";
import { CallbackChain } from "../../../src/callbacks/callback-chain.ts";
import { type CallbackPolicy, KINDS, type KindName } from "../../../src/callbacks/kinds.ts";
import { CallbackRegistry } from "../../../src/callbacks/slots/registry.ts";
import type { Unenforced } from "../../../src/callbacks/report-only/unenforced.ts";

const LIMITS = "get_media_upload_limits_for_user";
const policies = Object.fromEntries(
  Object.keys(KINDS).map((kind) => [kind, { deadlineMs: 1000, onUnavailable: "refuse" }]),
) as Record<KindName, CallbackPolicy>;

/** A chain of one Python slot whose child answers every run with the same, and what is reported of it. */
function openChain(answer: unknown, isReportOnly: boolean) {
  const registry = new CallbackRegistry();
  const module = { index: 0, name: "a.Module", language: "python", isReportOnly } as const;
  const facts = { kind: LIMITS, module, nth: 0, name: "limits", file: null, isLate: false, takesSize: false } as const;
  registry.add({ ...facts, language: "python", remote: 0, runner: { run: () => Promise.resolve(answer) } });
  const reported: Unenforced[] = [];
  const chain = new CallbackChain({
    registry,
    policies,
    observe: () => undefined,
    onLate: () => undefined,
    onUnenforced: (unenforced) => void reported.push(unenforced),
    isUserAdmin: () => Promise.resolve(false),
  });
  return { chain, reported };
}

test.each([
  ["an answer that is not a list", "nonsense"],
  ["an answer that leaves out the slot", [[null, null, []]]],
  ["limits that are not a list", [[0, "nonsense", [["stop", 1, null, null, null]]]]],
  ["limits without numbers", [[0, [{}], [["stop", 1, null, null, null]]]]],
])("A child that breaks the protocol by %s refuses nothing where no slot is enforced", async (_what, answer) => {
  const { chain, reported } = openChain(answer, true);
  expect(await chain.decide(LIMITS, "@a:b", 1)).toBeUndefined();
  expect(reported).toMatchObject([{ would: "refuse", error: { status: 500 } }]);
  await expect(openChain(answer, false).chain.decide(LIMITS, "@a:b", 1)).rejects.toThrow(/./);
});
