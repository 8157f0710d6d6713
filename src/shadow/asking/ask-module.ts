import { CallbackChain } from "../../callbacks/callback-chain.ts";
import type { ChainOptions } from "../../callbacks/chain-options.ts";
import { factsOf } from "../../callbacks/asked/asked-context.ts";
import { nativeArgs } from "../../callbacks/asked/native-args.ts";
import { type CallbackKinds, KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Asked, Portable } from "../asked.ts";
import type { Timed } from "../compared.ts";

/** One module that can be asked: its callbacks are the only ones in the registry. */
export type AskedModule = Pick<ChainOptions, "registry" | "isUserAdmin" | "policies">;

/** Whether the module has a callback of this kind. */
export function answers({ registry }: AskedModule, kind: KindName): boolean {
  return registry.slots(kind).length > 0;
}

/**
 * Asks one module one question, about the copy of a file where there is one. A module without such a callback lets the
 * walk continue. Rejects with a TypeError for arguments that the callback cannot have.
 */
export async function askModule(module: AskedModule, asked: Asked): Promise<Timed> {
  const { kind } = asked;
  const values = nativeArgs(kind, argsOf(asked));
  let heard: Timed | undefined;
  const chain = new CallbackChain({
    ...module,
    observe: () => undefined,
    onLate: () => undefined,
    onUnenforced: () => undefined,
    onAnswered: (_module, { said, micros }) => (heard = { said, micros }),
  }).knowing(factsOf(asked));
  await walk(chain, kind, values).catch((error: unknown) => {
    // A refusal is what the module said, which was heard.
    if (heard === undefined) throw error;
  });
  return heard ?? { said: { outcome: "continue" }, micros: 0 };
}

function argsOf({ kind, args, file }: Asked): readonly Portable[] {
  return kind === "check_media_file_for_spam" && file ? [file.path, ...args.slice(1)] : args;
}

async function walk<K extends KindName>(chain: CallbackChain, kind: K, args: CallbackKinds[K]["args"]): Promise<void> {
  await (KINDS[kind].notification ? chain.notify(kind, ...args) : chain.decide(kind, ...args));
}
