/**
 * What may become of a request: `whole`: it may be handed on once, as it is. `maybe`: that, or any part of it, since
 * its client leaves. `broken`: its client never sends all of it, so it must not be handed on as a whole. `never`: it
 * must not be handed on.
 */
export type Fate = "whole" | "maybe" | "broken" | "never";

/** A request that a client is about to make. */
export interface Told {
  /** Part of its target. */
  readonly nonce: number;
  readonly method: string;
  readonly user: string | undefined;
  readonly body: Body | undefined;
  readonly isUpload: boolean;
  fate: Fate;
  /** What the client was answered, once it was. */
  status?: number;
  /** How often a homeserver was sent it. */
  seen: number;
  /** Whether all of its body arrived there. */
  isWhole: boolean;
}

/** A body by what it is made of. */
export interface Body {
  readonly bytes: number;
  /** What it begins with. */
  readonly mark: string;
}

/** Bodies are full of this request, which no client makes: wherever a body is taken for requests, it shows. */
const SMUGGLED =
  "\r\nGET /_matrix/media/v3/thumbnail/example.test/smuggled HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-mallory\r\n\r\n";

/** The body of a request, which differs from that of every other one and is full of requests itself. */
export function bodyOf(nonce: number, { bytes, mark }: Body): Buffer {
  const body = Buffer.alloc(bytes, SMUGGLED);
  body.write(`${mark}${nonce};`);
  return body;
}

/** Everything that clients were about to do. */
export class Announcements {
  readonly #told: Told[] = [];

  get all(): readonly Told[] {
    return this.#told;
  }

  announce(request: Pick<Told, "method" | "user" | "body" | "isUpload">): Told {
    const told: Told = { ...request, nonce: this.#told.length, fate: "whole", seen: 0, isWhole: false };
    this.#told.push(told);
    return told;
  }

  /** Whose target this is. */
  find(target: string): Told | undefined {
    const nonce = /[?&]n=(\d+)(?:&|$)/.exec(target)?.[1];
    return nonce === undefined ? undefined : this.#told[Number(nonce)];
  }
}
