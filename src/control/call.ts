import type { Answered } from "../callbacks/asked/asked.ts";
import { CallbackChain } from "../callbacks/callback-chain.ts";
import type { ChainOptions } from "../callbacks/chain-options.ts";
import type { NewFacts } from "../callbacks/context/caller.ts";
import type { Chain } from "../callbacks/chain.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { SlotRecord } from "../callbacks/slots/slot.ts";
import { isReportOnly, type Unenforced } from "../callbacks/report-only/unenforced.ts";
import type { Config } from "../config/config.ts";
import { MatrixError, StartError } from "../errors.ts";
import { takeRequestNumber } from "../http/record/request-record.ts";
import {
  answerOfDecision,
  answerOfError,
  answerOfNotification,
  describeUnenforced,
  type HttpAnswer,
} from "./call-answer.ts";
import { readArguments } from "./call-arguments.ts";
import { reportSlot, type CallReport } from "./call-report.ts";

/** Modules whose chains can be asked. */
export type CalledModules = Pick<ChainOptions, "registry" | "isUserAdmin">;

/**
 * Walks the real chain of a callback once, with arguments in the form of a command line. Rejects with a {@link
 * StartError} where they are wrong or the chain cannot be asked.
 */
export async function runCall(
  callback: string,
  args: readonly string[],
  modules: CalledModules,
  config: Config,
): Promise<CallReport> {
  const { kind, values } = readArguments(callback, args);
  return (await askChain(kind, values, modules, config)).report;
}

/** As {@link runCall}, with what each module was asked and said, for a recording. */
export async function runRecordedCall(
  callback: string,
  args: readonly string[],
  modules: CalledModules,
  config: Config,
): Promise<RecordedCall> {
  const { kind, values } = readArguments(callback, args);
  const { report, answered } = await askChain(kind, values, modules, config);
  return { report, answered };
}

/** Plain JSON. */
export interface RecordedCall {
  readonly report: CallReport;
  /** In the order in which they were asked. */
  readonly answered: readonly ModuleAnswer[];
}

/** What one module was asked and said. */
export interface ModuleAnswer {
  readonly module: string;
  readonly answered: Answered;
}

/** One walk of a chain: as it is reported, and the value of the callback that stopped it, undefined where none did. */
export interface AskedChain {
  readonly report: CallReport;
  readonly value: unknown;
  /** What callbacks that are not enforced would have done. */
  readonly unenforced: readonly Unenforced[];
  readonly answered: readonly ModuleAnswer[];
}

/** Walks the real chain of a callback once; callbacks are told of the `facts`. Rejects as {@link runCall}. */
export async function askChain(
  kind: KindName,
  values: readonly unknown[],
  modules: CalledModules,
  config: Config,
  facts: NewFacts = {},
): Promise<AskedChain> {
  const records: SlotRecord[] = [];
  const unenforced: Unenforced[] = [];
  const answered: ModuleAnswer[] = [];
  const chain = new CallbackChain({
    registry: modules.registry,
    isUserAdmin: modules.isUserAdmin,
    policies: config.mediaBridge.callbacks,
    observe: (record) => records.push(record),
    onLate: () => undefined,
    onUnenforced: (what) => unenforced.push(what),
    onAnswered: ({ name: module }, what) => answered.push({ module, answered: what }),
    trace: true,
  }).knowing({ ...facts, request: takeRequestNumber() });
  const { http, value } = await ask(chain, kind, values, config);
  const decided = records.findLastIndex(({ outcome, slot }) => outcome !== "continue" && !isReportOnly(slot));
  const decidedBy = decided === -1 || KINDS[kind].notification ? null : decided + 1;
  const slots = records.map((record) => {
    const what = unenforced.find(({ slot }) => slot === record.slot);
    return reportSlot(record, what && describeUnenforced(what, config));
  });
  return { report: { callback: kind, slots, decidedBy, http }, value, unenforced, answered };
}

async function ask(
  chain: Chain,
  kind: KindName,
  values: readonly unknown[],
  config: Config,
): Promise<{ readonly http: HttpAnswer; readonly value?: unknown }> {
  const args = values as CallbackKinds[typeof kind]["args"];
  try {
    if (KINDS[kind].notification) {
      return { http: answerOfNotification(kind, args, await chain.notify(kind, ...args), config) };
    }
    const decision = await chain.decide(kind, ...args);
    return { http: answerOfDecision(kind, decision?.value, config), value: decision?.value };
  } catch (error) {
    if (MatrixError.is(error)) return { http: answerOfError(error) };
    throw new StartError("MODULE", `${kind} cannot be asked: ${(error as Error).message}`, { cause: error });
  }
}
