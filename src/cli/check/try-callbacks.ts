import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { ParameterForm } from "../../callbacks/parameters.ts";
import { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import type { Slot } from "../../callbacks/slots/slot.ts";
import { runCall } from "../../control/call.ts";
import type { HttpAnswer } from "../../control/call-answer.ts";
import { formatSlot, type SlotReport } from "../../control/call-report.ts";
import type { Config } from "../../config/config.ts";
import type { LoadedModules } from "../../modules/load.ts";

/** The outcome of a dry run of all deciding callbacks. */
export interface Tried {
  readonly lines: readonly string[];
  readonly hasProblems: boolean;
}

/** The size of the upload that is asked about, and of the file that is looked into. */
const TEXT = "This file is a try of media-bridge check.\n";
/** What a module cannot do during a dry run says nothing about it. */
const HELD_BACK = /held back during a check/;
/** A module makes its own tables once the service runs. It never makes a table of Synapse's. */
const MISSING_TABLE = /no such table|relation "[^"]*" does not exist/;
const OF_SYNAPSE = /this table is Synapse's|database that is not Synapse's/;

/**
 * Calls each deciding callback once, by itself, as for an upload of `user`: including those after one that would have
 * ended the walk. What a module raises, or logs as an error, is a problem; a refusal in its own words is not.
 */
export async function tryCallbacks(user: string, modules: LoadedModules, config: Config): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-try-"));
  const file = join(folder, "try.txt");
  try {
    writeFileSync(file, TEXT);
    const values: Partial<Record<ParameterForm, string>> = { userId: user, bytes: String(TEXT.length), path: file };
    const lines: string[] = [];
    let hasProblems = false;
    for (const kind of (Object.keys(KINDS) as KindName[]).filter((name) => !KINDS[name].notification)) {
      const args = KINDS[kind].parameters.flatMap(({ form }) => values[form] ?? []);
      for (const slot of modules.registry.slots(kind)) {
        const { report, http } = await trySlot(slot, args, modules, config);
        const problem = judge(report);
        hasProblems ||= problem === "problem";
        lines.push(`  ${problem}: ${kind}: ${formatSlot(report).join("\n")}`);
        const isAnswered = kind === "get_media_upload_limits_for_user" && report.outcome === "stop";
        if (isAnswered) lines.push(`     ${http.meaning}`);
      }
    }
    return { lines: [`tried as ${user}`, ...(lines.length > 0 ? lines : ["  no callback decides"]), ""], hasProblems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trySlot(
  slot: Slot,
  args: readonly string[],
  { isUserAdmin }: LoadedModules,
  config: Config,
): Promise<{ readonly report: SlotReport; readonly http: HttpAnswer }> {
  const registry = new CallbackRegistry();
  registry.add(slot);
  const { slots, http } = await runCall(slot.kind, args, { registry, isUserAdmin }, config);
  const [report] = slots;
  if (report === undefined) throw new TypeError("a chain of one callback asked none");
  return { report, http };
}

function judge({ outcome, error = "", isRefusal, said = [] }: SlotReport): "problem" | "unknown" | "ok" {
  const texts = [error, ...said];
  if (texts.some((text) => HELD_BACK.test(text) || (MISSING_TABLE.test(text) && !OF_SYNAPSE.test(text))))
    return "unknown";
  const isFailed = !isRefusal && outcome !== "continue" && outcome !== "stop";
  return isFailed || said.some((line) => /^(?:error|critical|fatal):/.test(line)) ? "problem" : "ok";
}
