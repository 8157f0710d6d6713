/** This release; a test compares it with `package.json`. */
export const VERSION = "0.1.0";

/** The release of Synapse whose behaviour and names this service follows. */
export const SYNAPSE_VERSION = "1.163";
