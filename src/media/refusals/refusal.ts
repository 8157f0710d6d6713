/** A request that was refused, or would have been, as the operator sees it: without tokens, file names and words of modules. */
export interface Refusal {
  /** Milliseconds since the epoch. */
  readonly refusedTs: number;
  /** What `X-Request-ID` of the answer said. */
  readonly requestId: string;
  /** null where it is not known who asked, or was forgotten. */
  readonly userId: string | null;
  readonly method: string;
  /** The route's name, never the path. */
  readonly route: string;
  /**
   * false: it would have been refused by what is not enforced, and passed. The rest says what the client would have been
   * answered, and why.
   */
  readonly isEnforced: boolean;
  readonly status: number;
  /** null where Synapse or a web resource worded the answer. */
  readonly errcode: string | null;
  /** The entry of the catalogue of errors; null where a module, or {@link Refusal.answeredBy}, worded the refusal. */
  readonly code: string | null;
  /** Who gave the answer, where it was not this service: `synapse`, or the module of a web resource. */
  readonly answeredBy: string | null;
  /** The callback that decided, or gave the limit. */
  readonly module: string | null;
  readonly callback: string | null;
  /** The key of the configuration that decided. */
  readonly setting: string | null;
  /** null where the body came in chunks. */
  readonly declaredBytes: number | null;
  /** How much of the body was read. */
  readonly receivedBytes: number;
  /** The limit that was met. */
  readonly limitBytes: number | null;
  /** null for a limit of a single upload. */
  readonly limitPeriodMs: number | null;
  /** What the user had sent within the period. */
  readonly limitSentBytes: number | null;
  /** What failed, for a status of 5xx. */
  readonly cause: string | null;
}
