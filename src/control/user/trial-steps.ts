import type { KindName } from "../../callbacks/kinds.ts";
import { isGuarding } from "../../config/is-guarding.ts";
import { localFile, toFileInfo } from "../../media-file.ts";
import { formatBytes } from "../../util/text/quantity-words.ts";
import { askChain } from "../call.ts";
import { askLimits, findBreach } from "./limits-of-user.ts";
import { factsOfUpload } from "./upload-facts.ts";
import type { TriedUpload, UserParts } from "./user-question.ts";
import type { SlotReport } from "../call-report.ts";
import type { NotEnforcedLimits, TrialStep } from "./user-report.ts";
import { measureLimits, type UserUsage } from "./user-usage.ts";
import { describeGiver, describeRefusal, giverOf } from "./words.ts";

/** What a step came to. */
export type Outcome = Omit<TrialStep, "step" | "slots"> & Partial<Pick<TrialStep, "slots">>;

/** A step of an upload that can be tried. */
export interface Step {
  /** By the key of the configuration or the callback that decides it. */
  readonly step: string;
  /** Tries it. Rejects with a StartError where it cannot be tried. */
  readonly take: () => Promise<Outcome> | Outcome;
}

/** The file that spam checkers are told of: local media, which never existed. */
const SOME_FILE = toFileInfo(localFile("AAAAAAAAAAAAAAAAAAAAAAAA"));

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const SPAM = "check_media_file_for_spam";

/** The steps of an upload, in their order. */
export function stepsOf(userId: string, upload: TriedUpload, parts: UserParts, usage: UserUsage): Step[] {
  const { modules, config } = parts;
  const { sizeBytes, file } = upload;
  const facts = factsOfUpload(userId, upload);
  const isRegistered = (kind: KindName) => modules.registry.slots(kind).length > 0;
  const decide = async (kind: KindName, values: unknown[], known = facts): Promise<Outcome> => {
    if (!isRegistered(kind)) return NOT_ASKED;
    const { report } = await askChain(kind, values, modules, config, known);
    const { slots, http } = report;
    const notEnforced = describeWould(slots);
    if (http.status === null) {
      const detail = notEnforced === undefined ? "no module objects" : "no module that is enforced objects";
      return { outcome: "passed", detail, notEnforced, slots };
    }
    return { outcome: "refused", detail: describeRefusal(report), slots };
  };
  const checkForSpam = (): Promise<Outcome> | Outcome => {
    if (file !== undefined) return decide(SPAM, [file, SOME_FILE], { ...facts, sizeBytes });
    if (!isRegistered(SPAM)) return NOT_ASKED;
    return { outcome: "unknown", detail: "cannot be asked without a file: name one with --file" };
  };
  return [
    { step: "max_upload_size", take: () => compareMaximum(sizeBytes, config.maxUploadSizeBytes) },
    { step: ALLOWED, take: () => decide(ALLOWED, [userId, sizeBytes]) },
    { step: "get_media_upload_limits_for_user", take: () => holdToLimits(userId, upload, parts, usage) },
    { step: "get_media_config_for_user", take: () => readMediaConfig(userId, sizeBytes, parts) },
    { step: SPAM, take: checkForSpam },
    ...(isGuarding(config) ? [{ step: "Synapse", take: () => SYNAPSE }] : []),
  ];
}

const NOT_ASKED: Outcome = { outcome: "passed", detail: "no module registers this callback" };

const SYNAPSE: Outcome = {
  outcome: "unknown",
  detail: "is not asked: it may refuse what is allowed here, such as a file over its own max_upload_size",
};

function compareMaximum(sizeBytes: number, maxUploadSizeBytes: number): Outcome {
  const compared = `${formatBytes(sizeBytes)}, where ${formatBytes(maxUploadSizeBytes)} are the most`;
  return sizeBytes > maxUploadSizeBytes
    ? { outcome: "refused", detail: `${compared}: 413 M_TOO_LARGE` }
    : { outcome: "passed", detail: compared };
}

async function holdToLimits(userId: string, upload: TriedUpload, parts: UserParts, usage: UserUsage): Promise<Outcome> {
  const { sizeBytes } = upload;
  const asked = await askLimits(userId, sizeBytes, parts, factsOfUpload(userId, upload));
  const { givenBy, limits, slots, refusal, ...measured } = await measureLimits(asked, usage);
  const whose = givenBy === null ? "of the configuration" : `of ${describeGiver(givenBy)}`;
  if (limits === null) return { outcome: "refused", detail: `${refusal?.status} ${refusal?.body}`, slots };
  const breach = findBreach({ ...asked, limits }, sizeBytes);
  if (breach === undefined) {
    const beyond = describeUnenforcedBreaches(measured.notEnforced, sizeBytes);
    const wouldRefuse = [describeWould(slots), ...beyond].filter((words) => words !== undefined);
    const notEnforced = wouldRefuse.length > 0 ? wouldRefuse.join("; ") : undefined;
    const none = measured.notEnforced.length > 0 ? "none is enforced" : "none, so the user may upload without limit";
    const detail = limits.length === 0 ? `${whose}: ${none}` : `within those ${whose}`;
    return { outcome: "passed", detail, notEnforced, slots };
  }
  if (usage.problem !== null) return { outcome: "refused", detail: `503, ${usage.problem}`, slots };
  const wording = parts.modules.registry.slots("on_media_upload_limit_exceeded").map(({ module }) => module.name);
  const words = wording.length === 0 ? "" : `, unless ${wording.join(" or ")} words it; a try tells modules nothing`;
  return { outcome: "refused", detail: `it would pass ${breach} ${whose}: 403 M_USER_LIMIT_EXCEEDED${words}`, slots };
}

/** The callbacks that would refuse and are not enforced, in words. */
function describeWould(slots: readonly SlotReport[]): string | undefined {
  const names = slots.filter(({ would }) => would?.what === "refuse").map(describeGiver);
  return names.length === 0 ? undefined : `${names.join(" and ")} would refuse it`;
}

function describeUnenforcedBreaches(lists: readonly NotEnforcedLimits[], sizeBytes: number): string[] {
  return lists.flatMap(({ givenBy, limits }) => {
    const breach = findBreach({ limits }, sizeBytes);
    const whose = givenBy === null ? "the configuration" : describeGiver(givenBy);
    return breach === undefined ? [] : [`it would pass ${breach} of ${whose}`];
  });
}

/** What the client is told beforehand refuses nothing: a client may not have asked. */
async function readMediaConfig(userId: string, sizeBytes: number, { modules, config }: UserParts): Promise<Outcome> {
  const kind = "get_media_config_for_user";
  const { report } = await askChain(kind, [userId], modules, config, { requester: { userId } });
  const { slots, http } = report;
  if (http.status !== 200) {
    return {
      outcome: "passed",
      detail: `clients cannot read it (${describeRefusal(report)}), which refuses no upload`,
      slots,
    };
  }
  const told = (JSON.parse(http.body ?? "null") as Record<string, unknown> | null)?.["m.upload.size"];
  const giver = giverOf(report);
  const smaller = giver === null && isGuarding(config) ? ", or what Synapse says where that is less" : "";
  const says = typeof told === "number" ? `at most ${formatBytes(told)}${smaller}` : "nothing of a maximum";
  const isOver = typeof told === "number" && sizeBytes > told;
  const consequence = isOver ? "; one that keeps to it does not send this upload, which is not refused for it" : "";
  const by = giver === null ? "" : ` by ${describeGiver(giver)}`;
  return { outcome: "passed", detail: `clients are told${by}: ${says}${consequence}`, slots };
}
