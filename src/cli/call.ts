import { CallbackChain } from "../callbacks/chain.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { SlotRecord } from "../callbacks/slot.ts";
import type { Config, LoadedConfig } from "../config/config.ts";
import { MatrixError, StartError } from "../errors.ts";
import { loadModules } from "../modules/load.ts";
import { createLogger } from "../util/log.ts";
import { answerOfDecision, answerOfError, answerOfNotification, type HttpAnswer } from "./call-answer.ts";
import { readArguments } from "./call-arguments.ts";
import { formatReport, reportSlot } from "./call-report.ts";
import { setModulesApart } from "./module-output.ts";

/** `media-bridge call`: the real chain, once. Resolves to what is to be printed; rejects with a StartError where it cannot be run. */
export async function call(
  { config }: LoadedConfig,
  callback: string,
  args: readonly string[],
  options: { json: boolean },
): Promise<string> {
  const { kind, values } = readArguments(callback, args);
  setModulesApart();
  const modules = await loadModules({ config, log: createLogger("fatal"), heldBack: true, onProgress: console.error });
  try {
    const records: SlotRecord[] = [];
    const chain = new CallbackChain({
      registry: modules.registry,
      python: modules.python,
      policies: config.mediaBridge.callbacks,
      observe: (record) => records.push(record),
      onLate: () => undefined,
      trace: true,
    });
    const http = await ask(chain, kind, values, config);
    const slots = records.map(reportSlot);
    const decided = records.findLastIndex(({ outcome }) => outcome !== "continue");
    const decidedBy = decided === -1 || KINDS[kind].notification ? null : decided + 1;
    return options.json
      ? JSON.stringify({ callback: kind, slots, decidedBy, http }, null, 2)
      : formatReport(slots, decidedBy, http);
  } finally {
    await modules.stop(0);
  }
}

async function ask(chain: CallbackChain, kind: KindName, values: unknown[], config: Config): Promise<HttpAnswer> {
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
