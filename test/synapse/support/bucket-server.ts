import { startProcess } from "../../support/process.ts";
import { synapsePython } from "./synapse.ts";

// Asked as somebody, or it takes the objects for private; it does not look at the signature.
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none";

/** An S3 that keeps its buckets in memory: moto's server. */
export interface BucketServer {
  readonly url: string;
  createBucket(name: string): Promise<void>;
  /** The bytes of an object; undefined where there is none. */
  read(bucket: string, key: string): Promise<Buffer | undefined>;
  remove(bucket: string, key: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on a port that the system chose. */
export async function startBucketServer(): Promise<BucketServer> {
  const server = await startProcess(synapsePython(), ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    ready: /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
  const url = server.ready[1] ?? "";
  const send = async (method: string, path: string): Promise<Buffer | undefined> => {
    const response = await fetch(`${url}/${path}`, { method, headers: { Authorization: AUTHORIZATION } });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return body;
    if (response.status === 404) return undefined;
    throw new Error(`${method} ${path}: ${response.status} ${body.toString()}`);
  };
  return {
    url,
    async createBucket(name) {
      await send("PUT", name);
    },
    read: (bucket, key) => send("GET", `${bucket}/${key}`),
    async remove(bucket, key) {
      await send("DELETE", `${bucket}/${key}`);
    },
    stop: () => server.stop(),
  };
}
