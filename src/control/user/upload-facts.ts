import { basename } from "node:path";
import type { NewFacts } from "../../callbacks/context/caller.ts";
import type { TriedUpload } from "./user-question.ts";

/** What callbacks are told of an upload that is only tried. */
export function factsOfUpload(
  userId: string,
  { sizeBytes, type, file }: Partial<Pick<TriedUpload, "sizeBytes" | "type" | "file">>,
): NewFacts {
  const fileName = file === undefined ? undefined : basename(file);
  return { requester: { userId }, upload: { declaredType: type, fileName, declaredSizeBytes: sizeBytes } };
}
