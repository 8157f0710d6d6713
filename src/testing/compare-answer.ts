import { factsOf } from "../callbacks/asked/asked-context.ts";
import { saidOf } from "../callbacks/asked/said-of.ts";
import { KINDS, type KindName } from "../callbacks/kinds.ts";
import { limitFromWire } from "../callbacks/limit.ts";
import type { SlotRecord } from "../callbacks/slots/slot.ts";
import type { PythonFileInfo } from "../media-file.ts";
import type { Portable, Said } from "../callbacks/asked/asked.ts";
import { compareSaid, type Comparison } from "../shadow/compare/compare-said.ts";
import { UNKNOWN_FACTS } from "../shadow/compare/effect.ts";
import type { ParityQuestion } from "./fixture.ts";
import type { LoadedModule } from "./load-module.ts";

/**
 * Asks a module a question of a fixture, and compares its answer to the one that the original gave: `{ class: "same" }`
 * where they are equal, otherwise what is different and what a client would get of both.
 *
 * @example expect(await compareAnswer(module, question)).toEqual({ class: "same" });
 */
export async function compareAnswer(module: LoadedModule, question: ParityQuestion): Promise<Comparison> {
  const { callback, args, said } = question;
  return compareSaid(callback, args, said, await ask(module, question), UNKNOWN_FACTS);
}

async function ask(
  module: LoadedModule,
  { callback: kind, args, user, context, content }: ParityQuestion,
): Promise<Said> {
  const asked = module.within(factsOf({ user, context }));
  const name = KINDS[kind].typescriptName;
  try {
    const answer: unknown = await asked.call(name, ...(nativeArgs(kind, args, content) as never));
    if (KINDS[kind].notification) return { outcome: "continue" };
    const verdict = KINDS[kind].judge(answer);
    if (!verdict.stop) return { outcome: "continue" };
    return saidOf(kind, { outcome: "stop" } as SlotRecord, verdict.value);
  } catch (error) {
    // A module without such a callback lets the walk continue.
    if (error instanceof TypeError && error.message.startsWith("the module registers no ")) {
      return { outcome: "continue" };
    }
    return saidOf(kind, { outcome: "error", error } as SlotRecord, undefined);
  }
}

/** The arguments as a test gives them. */
function nativeArgs(kind: KindName, args: readonly Portable[], content: Uint8Array | undefined): unknown[] {
  if (kind === "on_media_upload_limit_exceeded") return [args[0], limitFromWire(args[1]), ...args.slice(2)];
  if (kind !== "check_media_file_for_spam") return [...args];
  const { server_name, file_id, url_cache, thumbnail } = args[1] as unknown as PythonFileInfo;
  return [content ?? "", { serverName: server_name, fileId: file_id, urlCache: url_cache, thumbnail }];
}
