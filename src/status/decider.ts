import type { RefusalStatus } from "./refusal-status.ts";

/** Who or what refused a request, in words. */
export function describeDecider({ module, callback, setting, answeredBy }: RefusalStatus): string {
  if (answeredBy !== null) return answeredBy;
  if (module !== null) return callback === null ? module : `${module} (${callback})`;
  return setting ?? "the service";
}
