import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { StartError } from "../../errors.ts";
import { stepsOf } from "./trial-steps.ts";
import type { TriedUpload, UserParts } from "./user-question.ts";
import type { TrialStep, UploadTrial } from "./user-report.ts";
import type { UserUsage } from "./user-usage.ts";

/**
 * Walks an upload from step to step until one refuses it, and stores nothing. No module is told of a limit that it would pass.
 * Rejects with a StartError where the file cannot be read.
 */
export async function tryUpload(
  userId: string,
  upload: TriedUpload,
  parts: UserParts,
  usage: UserUsage,
): Promise<UploadTrial> {
  const { sizeBytes, type = null, file = null } = upload;
  if (file !== null) await checkReadable(file);
  const steps: TrialStep[] = [];
  for (const { step, take } of stepsOf(userId, upload, parts, usage)) {
    const taken: TrialStep = { step, slots: [], ...(await take()) };
    steps.push(taken);
    if (taken.outcome === "refused") break;
  }
  return { sizeBytes, type, file, passes: steps.at(-1)?.outcome !== "refused", steps };
}

async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new StartError(
      "CONFIG",
      `--file: ${file} cannot be read by the one who asks the modules (${reason}): put it where the service's user may read it`,
      { cause: error },
    );
  }
}
