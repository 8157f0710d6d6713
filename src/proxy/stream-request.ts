import type { Target, Waiter } from "./target.ts";
import type { BodySource } from "../util/bodies/body-source.ts";
import { exactly, expectNothing, type SizedBody } from "./exact-body.ts";
import type { RawHeaders } from "./headers.ts";
import { OutgoingBody } from "./outgoing-body.ts";
import type { Purpose } from "./connection-places.ts";
import { readSmallBody, SMALL_BYTES } from "../util/bodies/small-body.ts";
import type { UpstreamAnswer } from "./streamed-requests.ts";

/** A request on its way through, without its body. */
export interface ForwardedRequest extends Waiter {
  readonly method: string;
  /** Path and query, as the client sent them. */
  readonly target: string;
  /** Without the length of the body. */
  readonly headers: RawHeaders;
  readonly purpose: Purpose;
  /** Whether a request that was sent is ended when its client leaves. */
  readonly endsWithClient?: boolean;
}

function requestOf({ method, target, headers, leaving, endsWithClient }: ForwardedRequest) {
  return { method, target, headers, signal: endsWithClient === true ? leaving : undefined };
}

/** Passes a request on, with its body where it has one. Resolves and rejects as {@link streamBody} does. */
export async function sendOn(target: Target, passage: ForwardedRequest, body: SizedBody): Promise<UpstreamAnswer> {
  if (body.sizeBytes !== 0) return streamBody(target, passage, await aheadWhereSmall(body));
  await expectNothing(body.source);
  const turn = await target.turn(passage.purpose, passage);
  return turn.send({ ...requestOf(passage), body: null });
}

/**
 * The same body. A small one is read before it takes a turn, because other requests wait for the turn, and a body may
 * come slowly.
 */
async function aheadWhereSmall(body: SizedBody): Promise<SizedBody> {
  if (body.sizeBytes === undefined || body.sizeBytes > SMALL_BYTES) return body;
  const pieces = await readSmallBody(exactly(body));
  const source: BodySource = {
    async read(sink) {
      for (const piece of pieces) await sink(piece);
    },
  };
  return { ...body, source };
}

/**
 * Passes a body on as it is read, once it has its turn, and resolves to the answer, as `Turn.send` does. Where reading
 * fails (say, because the client disconnects or sends more than it declared), the request to the target is aborted, and
 * the promise rejects with that error. Where the target answers early or goes away, the rest is read and thrown away,
 * so that the client sees the answer and not a reset.
 */
export async function streamBody(
  target: Target,
  passage: ForwardedRequest,
  { source, ...declared }: SizedBody,
  onChunk?: (chunk: Buffer) => void,
): Promise<UpstreamAnswer> {
  const turn = await target.turn(passage.purpose, passage);
  const outgoing = new OutgoingBody(declared, target.timeoutMs);
  const { sizeBytes } = declared;
  const length = sizeBytes === undefined ? [] : ["Content-Length", String(sizeBytes)];
  const headers = [...passage.headers, ...length];
  let over = false;
  const answer = turn.send({ ...requestOf(passage), headers, body: outgoing }).finally(() => (over = true));
  // The code that would have sent a body does not end one that was never dispatched.
  answer.catch(() => outgoing.destroy());
  const take = (chunk: Buffer) => {
    if (over) return undefined;
    // First on its way: the target receives it while it is checked here.
    const taken = outgoing.feed(chunk);
    onChunk?.(chunk);
    // After an early answer no code takes the body any more; the rest is read nevertheless.
    return taken?.catch((error: Error) =>
      answer.then(
        () => undefined,
        () => {
          throw error;
        },
      ),
    );
  };
  source
    .read(take, true)
    .then(() => (over ? undefined : outgoing.finish()))
    .catch((error: Error) => void outgoing.destroy(error));
  return answer;
}
