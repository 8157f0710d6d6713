/**
 * What can go wrong between host and child: `SPAWN` the child cannot be run, `START` it did not come up, `CHILD_DOWN`
 * it is gone or not there yet, `PROTOCOL` it broke the protocol, `REMOTE` it answered with an error, `TIMEOUT` it did
 * not answer in time, `CANCELLED` the caller gave up, `ENCODE` a value cannot be encoded, `OVERLOADED` it does not read
 * what is sent to it.
 */
export type BridgeErrorCode =
  | "SPAWN"
  | "START"
  | "CHILD_DOWN"
  | "PROTOCOL"
  | "REMOTE"
  | "TIMEOUT"
  | "CANCELLED"
  | "ENCODE"
  | "OVERLOADED";

/** An error of the bridge itself; `code` says which. */
export class BridgeError extends Error {
  override readonly name: string = "BridgeError";
  readonly code: BridgeErrorCode;

  constructor(code: BridgeErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The peer broke the framing: code `PROTOCOL`. `head` is the first 200 bytes of the unusable data, as text. */
export class FrameError extends BridgeError {
  override readonly name: string = "FrameError";
  readonly head: string;

  constructor(message: string, head: Uint8Array, options: { cause?: unknown } = {}) {
    super("PROTOCOL", message, options);
    this.head = Buffer.from(head.subarray(0, 200)).toString("utf8");
  }
}

/** An error that the peer answered with: code `REMOTE`. The members are those of the wire (docs/bridge-protocol.md). */
export class RemoteError extends BridgeError {
  override readonly name: string = "RemoteError";
  /** `module`, `timeout`, `cancelled`, `unavailable`, `protocol`, … */
  readonly kind: string;
  /** The class name of the exception. */
  readonly type: string;
  /** The place of the error in the peer; for logs, never for clients. */
  readonly remoteTraceback: string | undefined;
  readonly slot: number | undefined;
  /** Index of the module it is about. */
  readonly module: number | undefined;
  readonly phase: string | undefined;
  readonly status: number | undefined;
  readonly errcode: string | undefined;
  /** A response body as JSON text. */
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** What the peer knows about the cause beyond the exception's own words. */
  readonly hint: string | undefined;
  /** Further errors of the same request, without tracebacks. */
  readonly also: readonly RemoteError[];

  constructor(wire: Readonly<Record<string, unknown>>) {
    super("REMOTE", readText(wire["message"]) ?? "no message");
    this.kind = readText(wire["kind"]) ?? "protocol";
    this.type = readText(wire["type"]) ?? "Error";
    this.remoteTraceback = readText(wire["traceback"]);
    this.slot = readIndex(wire["slot"]);
    this.module = readIndex(wire["module"]);
    this.phase = readText(wire["phase"]);
    this.status = readIndex(wire["status"]);
    this.errcode = readText(wire["errcode"]);
    this.body = readText(wire["body"]);
    this.headers = readTexts(wire["headers"]);
    this.hint = readText(wire["hint"]);
    this.also = readErrors(wire["also"]);
  }
}

/**
 * The error of a response. One that is not a map, or lacks `kind`, `type` or `message`, is a `RemoteError` of kind
 * `protocol`.
 */
export function readRemoteError(wire: unknown): RemoteError {
  if (isRecord(wire) && [wire["kind"], wire["type"], wire["message"]].every((member) => typeof member === "string")) {
    return new RemoteError(wire);
  }
  return new RemoteError({ kind: "protocol", type: "MalformedError", message: "the peer sent a malformed error" });
}

/** One level deep, whatever the peer sends. */
function readErrors(value: unknown): RemoteError[] {
  const errors: unknown[] = Array.isArray(value) ? value : [];
  return errors.map((error) => readRemoteError(isRecord(error) ? { ...error, also: undefined } : error));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function readIndex(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function readTexts(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
