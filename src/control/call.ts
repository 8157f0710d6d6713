import { CallbackChain, type ChainOptions } from "../callbacks/callback-chain.ts";
import type { Chain } from "../callbacks/chain.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { SlotRecord } from "../callbacks/slot.ts";
import type { Config } from "../config/config.ts";
import { MatrixError, StartError } from "../errors.ts";
import { takeRequestNumber } from "../http/record/request-record.ts";
import { answerOfDecision, answerOfError, answerOfNotification, type HttpAnswer } from "./call-answer.ts";
import { readArguments } from "./call-arguments.ts";
import { reportSlot, type CallReport } from "./call-report.ts";

/**
 * Walks the real chain of a callback once, with arguments in the form of a command line. Rejects with a {@link
 * StartError} where they are wrong or the chain cannot be asked.
 */
export async function runCall(
  callback: string,
  args: readonly string[],
  modules: Pick<ChainOptions, "registry" | "isUserAdmin">,
  config: Config,
): Promise<CallReport> {
  const { kind, values } = readArguments(callback, args);
  const records: SlotRecord[] = [];
  const chain = new CallbackChain({
    registry: modules.registry,
    isUserAdmin: modules.isUserAdmin,
    policies: config.mediaBridge.callbacks,
    observe: (record) => records.push(record),
    onLate: () => undefined,
    trace: true,
  }).knowing({ request: takeRequestNumber() });
  const http = await ask(chain, kind, values, config);
  const decided = records.findLastIndex(({ outcome }) => outcome !== "continue");
  return {
    callback: kind,
    slots: records.map(reportSlot),
    decidedBy: decided === -1 || KINDS[kind].notification ? null : decided + 1,
    http,
  };
}

async function ask(chain: Chain, kind: KindName, values: unknown[], config: Config): Promise<HttpAnswer> {
  const args = values as CallbackKinds[typeof kind]["args"];
  try {
    if (KINDS[kind].notification) {
      return answerOfNotification(kind, args, await chain.notify(kind, ...args), config);
    }
    const decision = await chain.decide(kind, ...args);
    return answerOfDecision(kind, decision?.value, config);
  } catch (error) {
    if (MatrixError.is(error)) return answerOfError(error);
    throw new StartError("MODULE", `${kind} cannot be asked: ${(error as Error).message}`, { cause: error });
  }
}
