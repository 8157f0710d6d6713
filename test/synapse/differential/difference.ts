import { INSTANCES } from "../../callbacks/script.ts";
import { SERVER_NAME } from "../support/synapse.ts";
import type { Answer, Difference } from "./case.ts";

/** Synapse's answer to a user with what is different here. */
export function applyDifference(
  { here, calledInSynapse, calledHere }: Difference,
  inSynapse: Answer | undefined,
  user: string,
): object {
  const calls = Object.entries(inSynapse?.calls ?? {}).filter(([kind]) => kind !== calledInSynapse);
  const everyone = INSTANCES.map((instance) => [instance, `@${user}:${SERVER_NAME}`] as const);
  if (calledHere) calls.push([calledHere, everyone]);
  return { ...inSynapse, ...here, calls: Object.fromEntries(calls) };
}
