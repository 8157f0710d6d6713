/** Ends every Python child of this thread at once, with all that it started: for a thread that is itself about to end. */
export { killGroups as endChildren } from "../../bridge/child/process-groups.ts";
