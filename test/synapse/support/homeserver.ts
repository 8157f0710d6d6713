import type { TestProject } from "vitest/node";
import { register, startSynapse, type Account, type Synapse } from "./synapse.ts";

/** The homeserver that all files of the suite share: a Synapse with `enable_media_repo: false`, on SQLite. */
export interface SharedHomeserver extends Omit<Synapse, "stop"> {
  /** An administrator. */
  readonly admin: Account;
}

declare module "vitest" {
  export interface ProvidedContext {
    homeserver: SharedHomeserver;
  }
}

/** Starts it before the first file, and hands back what ends it after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const synapse = await startSynapse();
  try {
    const admin = await register(synapse, "admin", { admin: true });
    const { url, port, folder, registrationSecret, appserviceToken } = synapse;
    project.provide("homeserver", { url, port, folder, registrationSecret, appserviceToken, admin });
  } catch (error) {
    await synapse.stop();
    throw error;
  }
  return () => synapse.stop();
}
