/**
 * The paths that a proxy sends to a service in front of Synapse, as a regular expression: uploads, ids for them, the
 * media configuration, and the page of a limit. A test holds it against the example's nginx.conf.
 */
export const GUARDED_PATHS =
  "^/(_matrix/client/v1/media/config$|_matrix/media/[^/]+/(config$|create|upload)|_synapse/client/media_upload_limit_exceeded$)";
