import type { CallReport } from "../call-report.ts";
import type { Giver } from "./user-report.ts";

/** The callback that decided a chain; null where none did. */
export function giverOf({ slots, decidedBy }: CallReport): Giver | null {
  const slot = decidedBy === null ? undefined : slots[decidedBy - 1];
  return slot === undefined ? null : { module: slot.module, language: slot.language, callback: slot.callback };
}

/** A callback for people. */
export function describeGiver({ module, language, callback }: Giver): string {
  return `${callback} of ${module} (${language})`;
}

/** Who refused, and what the client is answered. */
export function describeRefusal(report: CallReport): string {
  const giver = giverOf(report);
  const { status, body } = report.http;
  return `${giver === null ? "the service" : describeGiver(giver)}: ${status} ${body}`;
}
