import type { IncomingMessage, ServerResponse } from "node:http";
import { keyOfUnenforced, type Unenforced } from "../../callbacks/report-only/unenforced.ts";
import type { MatrixError } from "../../errors.ts";
import { attached } from "../../util/attached.ts";
import { nameRequest } from "../../util/http/request-ids.ts";

/** What is known of a request under way: for its line in the log, for the metrics and for what is kept of refusals. */
export class RequestRecord {
  readonly number: number;
  /** What `X-Request-ID` of the answer says. */
  readonly id: string;
  readonly startedMs = performance.now();
  /** The route's name, never the path: a path may hold file names. */
  route = "unknown";
  userId: string | undefined;
  /** What the client was refused with. */
  error: MatrixError | undefined;
  /** Who gave the answer, where it is not this service's own: `synapse`, or the module of a web resource. */
  answeredBy: string | undefined;
  /** Whether a refusal is kept: only of what a user wants to store. */
  isKept = false;
  /** What would have refused it, and is not enforced. */
  readonly wouldRefuse: MatrixError[] = [];
  #unenforced: Set<string> | undefined;

  /** @param given what the proxy in front calls it, where there is one that is believed */
  constructor(given: string | string[] | undefined) {
    this.number = takeRequestNumber();
    this.id = nameRequest(this.number, given);
  }

  /** Notes what is not enforced for the request; false where the same was noted before. */
  noteUnenforced(unenforced: Unenforced): boolean {
    const key = keyOfUnenforced(unenforced);
    this.#unenforced ??= new Set();
    if (this.#unenforced.has(key)) return false;
    this.#unenforced.add(key);
    if (unenforced.would === "refuse") this.wouldRefuse.push(unenforced.error);
    return true;
  }
}

const records = attached<ServerResponse, RequestRecord>("record");

let lastNumber = 0;

/**
 * The number of the next request. Other questions to modules get one too, so that their log lines can be distinguished.
 */
export function takeRequestNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

/** Begins the record of a request. */
export function startRecord(req: IncomingMessage, res: ServerResponse, xForwarded: boolean): RequestRecord {
  const record = new RequestRecord(xForwarded ? req.headers["x-request-id"] : undefined);
  records.set(res, record);
  return record;
}

/** Notes who wants to store something: a refusal of that is kept. */
export function noteStoring(res: ServerResponse, userId: string): void {
  const record = records.get(res);
  if (record === undefined) return;
  record.userId = userId;
  record.isKept = true;
}

/** Notes that Synapse gives the answer. */
export function noteSynapse(res: ServerResponse): void {
  const record = records.get(res);
  if (record) record.answeredBy = "synapse";
}

/** The record of a request under way; undefined for one that came when the service was already stopping. */
export function recordOf(res: ServerResponse): RequestRecord | undefined {
  return records.get(res);
}
