import type { EventEmitter } from "node:events";
import type { Upstream, UpstreamAnswer } from "./client.ts";
import { expectNothing, type SizedBody } from "./exact-body.ts";
import type { RawHeaders } from "./headers.ts";
import { OutgoingBody } from "./outgoing-body.ts";

/** A request on its way through, apart from its body. */
export interface Passage {
  readonly method: string;
  /** Path and query, as the client sent them. */
  readonly target: string;
  /** Without the length of the body. */
  readonly headers: RawHeaders;
  readonly signal?: EventEmitter;
}

/** Hands a request on, with its body where it has one. Resolves and rejects as {@link streamBody} does. */
export async function sendOn(upstream: Upstream, passage: Passage, body: SizedBody): Promise<UpstreamAnswer> {
  if (body.sizeBytes !== 0) return streamBody(upstream, passage, body);
  await expectNothing(body.source);
  return upstream.send({ ...passage, body: null });
}

/**
 * Hands a body on as it is read, and resolves to the answer, as `Upstream.send` does. Where reading fails (a client leaves half way, say, or sends more than it
 * declared), the request to Synapse is ended, and the answer rejects with that error. Where Synapse answers early or goes away, the rest is read and thrown away, so that the
 * client sees the answer and no reset.
 */
export function streamBody(
  upstream: Upstream,
  passage: Passage,
  { source, sizeBytes }: SizedBody,
  onChunk?: (chunk: Buffer) => void,
): Promise<UpstreamAnswer> {
  const outgoing = new OutgoingBody(sizeBytes, upstream.timeoutMs);
  const length = sizeBytes === undefined ? [] : ["Content-Length", String(sizeBytes)];
  const headers = [...passage.headers, ...length];
  let over = false;
  const answer = upstream.send({ ...passage, headers, body: outgoing }).finally(() => (over = true));
  // A body that was never dispatched is not ended by who would have sent it.
  answer.catch(() => outgoing.destroy());
  const take = (chunk: Buffer) => {
    if (over) return undefined;
    // First on its way: Synapse takes it in while it is looked at here.
    const taken = outgoing.feed(chunk);
    onChunk?.(chunk);
    // Nobody takes it any more where an answer has come early; what is left is read all the same.
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
    .read(take)
    .then(() => (over ? undefined : outgoing.finish()))
    .catch((error: Error) => void outgoing.destroy(error));
  return answer;
}
