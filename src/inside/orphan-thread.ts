import { workerData } from "node:worker_threads";

/** How often it looks for Synapse's process. */
const LOOK_MS = 1_000;
/** How long the process may take to end by itself once Synapse is gone. */
const GRACE_MS = 7_000;

const { synapse } = workerData as { readonly synapse: number };

const timer = setInterval(() => {
  if (isThere(synapse)) return;
  clearInterval(timer);
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS);
}, LOOK_MS);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is there too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
