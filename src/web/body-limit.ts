/** What Synapse accepts for any request: 200 events of the largest size. */
const LEAST_BYTES = 200 * 65_536;

/** The largest body, in bytes, of a request to a web resource in Python, as in Synapse. */
export function maxWebBodyBytes(maxUploadSizeBytes: number): number {
  return Math.max(LEAST_BYTES, maxUploadSizeBytes);
}
