import type { Config } from "./config.ts";

/** Whether a Synapse keeps the media and this service only decides about it. */
export function isGuarding({ mediaBridge }: Config): boolean {
  return mediaBridge.upstream?.mode === "guard";
}
