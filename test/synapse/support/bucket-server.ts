import { objectsOf, type BucketObjects } from "../../support/servers/bucket-objects.ts";
import { startProcess } from "../../support/process.ts";
import { synapsePython } from "./synapse.ts";

/** An S3 that keeps its buckets in memory: moto's server. */
export interface BucketServer extends BucketObjects {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one on a port that the system chose. */
export async function startBucketServer(): Promise<BucketServer> {
  const server = await startProcess(synapsePython(), ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    ready: /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
  const url = server.ready[1] ?? "";
  return { ...objectsOf(url), url, stop: () => server.stop() };
}
