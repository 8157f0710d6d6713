/** The release of Synapse whose behaviour and names this service follows. */
export const SYNAPSE_VERSION = "1.163";
