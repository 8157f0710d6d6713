/**
 * What `getMediaUploadLimitsForUser` gets as the size of the upload, which Synapse does not tell. A comparison or a sum
 * with it throws: with `undefined` in its place they would be false, and a limit that depends on the size would be
 * passed by silently.
 */
export const UNKNOWN_SIZE = Object.freeze({
  [Symbol.toPrimitive]: refuse,
  toJSON: refuse,
}) as unknown as number;

function refuse(): never {
  throw new TypeError(
    "Synapse does not tell getMediaUploadLimitsForUser the size of the upload: use isUserAllowedToUploadMediaOfSize",
  );
}
