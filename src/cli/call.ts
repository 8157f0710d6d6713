import { CallbackChain } from "../callbacks/chain.ts";
import type { MediaUploadLimit } from "../callbacks/limit.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { SlotRecord } from "../callbacks/slot.ts";
import type { Config, LoadedConfig } from "../config/config.ts";
import { MatrixError, matrixError, StartError } from "../errors.ts";
import { errorText } from "../http/respond.ts";
import { loadModules } from "../modules/load.ts";
import { createLogger } from "../util/log.ts";
import { readArguments } from "./call-arguments.ts";

/** What one callback did, for people and for `--json`. */
interface SlotReport {
  readonly module: string;
  readonly language: string;
  readonly outcome: string;
  readonly milliseconds: number;
  readonly answer?: string;
  readonly error?: string;
  readonly warning?: string;
}

interface HttpAnswer {
  readonly status: number | null;
  readonly body: string | null;
  readonly meaning: string;
}

/** `media-bridge call`: the real chain, once. Rejects with a StartError where it cannot be run. */
export async function call(
  loaded: LoadedConfig,
  callback: string,
  args: readonly string[],
  options: { json: boolean },
): Promise<void> {
  const { config } = loaded;
  const { kind, values } = readArguments(callback, args);
  const modules = await loadModules({ config, log: createLogger("fatal"), heldBack: true });
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
    const slots = records.map(describeRecord);
    const decided = records.findLastIndex(({ outcome }) => outcome !== "continue");
    const decidedBy = decided === -1 || KINDS[kind].notification ? null : decided + 1;
    console.log(
      options.json
        ? JSON.stringify({ callback: kind, slots, decidedBy, http }, null, 2)
        : describe(slots, decidedBy, http),
    );
  } finally {
    await modules.stop(0);
  }
}

async function ask(chain: CallbackChain, kind: KindName, values: unknown[], config: Config): Promise<HttpAnswer> {
  try {
    if (KINDS[kind].notification) {
      const raised = await chain.notify(kind, ...(values as CallbackKinds[typeof kind]["args"]));
      return raised ? errorAnswer(raised) : { status: null, body: null, meaning: "everybody was told" };
    }
    const decision = await chain.decide(kind, ...(values as CallbackKinds[typeof kind]["args"]));
    return describeDecision(kind, decision?.value, config);
  } catch (error) {
    if (MatrixError.is(error)) return errorAnswer(error);
    throw new StartError("MODULE", `${kind} cannot be asked: ${(error as Error).message}`, { cause: error });
  }
}

function describeDecision(kind: KindName, value: unknown, config: Config): HttpAnswer {
  switch (kind) {
    case "get_media_config_for_user": {
      const body =
        value === undefined ? JSON.stringify({ "m.upload.size": config.maxUploadSizeBytes }) : (value as string);
      return {
        status: 200,
        body,
        meaning: value === undefined ? "nobody decided: the default" : "the module's dict is the body",
      };
    }
    case "get_media_upload_limits_for_user": {
      const limits = (value ?? config.mediaUploadLimits) as readonly MediaUploadLimit[];
      const words = limits.map(({ maxBytes, timePeriodMs }) => `${maxBytes} bytes in ${timePeriodMs} ms`);
      const whose = value === undefined ? "nobody decided: the configured limits" : "the module's limits";
      return { status: null, body: null, meaning: `${whose}: ${words.join(", ") || "none"}` };
    }
    case "check_media_file_for_spam":
      return value === undefined ? goesOn() : errorAnswer(matrixError("BAD_CONTENT"));
    default:
      return value === undefined ? goesOn() : errorAnswer(matrixError("UPLOAD_TOO_LARGE"));
  }
}

function goesOn(): HttpAnswer {
  return { status: null, body: null, meaning: "nobody objected: the upload goes on" };
}

function errorAnswer(error: MatrixError): HttpAnswer {
  return { status: error.status, body: errorText(error), meaning: "the request is refused" };
}

function describeRecord({ slot, outcome, micros, answer, error, warning }: SlotRecord): SlotReport {
  return {
    module: slot.module.name,
    language: slot.language,
    outcome,
    milliseconds: micros / 1000,
    ...(answer !== undefined && { answer }),
    ...(error !== undefined && { error: error.message }),
    ...(warning !== undefined && { warning }),
  };
}

function describe(slots: readonly SlotReport[], decidedBy: number | null, http: HttpAnswer): string {
  const lines = slots.map(({ module, language, outcome, milliseconds, answer, error, warning }, index) => {
    const said = [answer, error, warning].filter((text) => text !== undefined).join("; ");
    return `${index + 1}. ${module} (${language}): ${outcome} in ${milliseconds} ms${said && `: ${said}`}`;
  });
  const answer = http.status === null ? http.meaning : `${http.status} ${http.body ?? ""} (${http.meaning})`;
  return [
    ...(lines.length > 0 ? lines : ["nobody registered for it"]),
    `decided by: ${decidedBy ?? "nobody"}`,
    `HTTP: ${answer}`,
  ].join("\n");
}
