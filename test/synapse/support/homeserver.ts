import type { TestProject } from "vitest/node";
import { startSynapse, type Homeserver } from "./synapse.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** What all files of the suite share: a Synapse with `enable_media_repo: false`, on SQLite. */
    homeserver: Homeserver;
  }
}

/** Starts it before the first file, and hands back what ends it after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const synapse = await startSynapse();
  project.provide("homeserver", synapse.homeserver);
  return () => synapse.stop();
}
