// Asked with a user's key, or moto takes the objects for private; it does not look at the signature.
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none";

/** What a test looks at and changes in the buckets of moto's server, beside whatever it tests. */
export interface BucketObjects {
  createBucket(name: string): Promise<void>;
  /** The bytes of an object; undefined where it is missing. */
  read(bucket: string, key: string): Promise<Buffer | undefined>;
  /** Removes an object, or a whole bucket that is empty. */
  remove(bucket: string, key?: string): Promise<void>;
}

/** Speaks to the server behind a URL. */
export function objectsOf(url: string): BucketObjects {
  const send = async (method: string, path: string): Promise<Buffer | undefined> => {
    const response = await fetch(`${url}/${path}`, { method, headers: { Authorization: AUTHORIZATION } });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return body;
    if (response.status === 404) return undefined;
    throw new Error(`${method} ${path}: ${response.status} ${body.toString()}`);
  };
  return {
    async createBucket(name) {
      await send("PUT", name);
    },
    read: (bucket, key) => send("GET", `${bucket}/${key}`),
    async remove(bucket, key = "") {
      await send("DELETE", `${bucket}/${key}`);
    },
  };
}
