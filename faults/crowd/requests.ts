import { SERVER_NAME } from "../support/folder.ts";
import type { WireAnswer } from "../http/exchange.ts";
import type { Announcements, Body, Told } from "./told.ts";

/** Who asks, and what modules make of their uploads. */
export const CROWD = { free: ["alice", "carol", "dave"], limited: "bob", keeper: "keeper" } as const;
/** What all uploads of the limited user may add up to, and what a single one of any user but the keeper may have. */
export const LIMIT_BYTES = 50_000;
export const LARGEST_BYTES = 100_000;

const DOWNLOAD = `/_matrix/client/v1/media/download/${SERVER_NAME}`;

/** Media that clients download. */
export interface Shelved {
  readonly id: string;
  readonly body: Buffer;
}

/** A request with what its answer must be. */
export interface Draft {
  readonly name: string;
  readonly told: Told;
  /** How its body travels. */
  readonly framing: "none" | "length" | "chunked";
  /** Request line, and header lines but those that frame the body. */
  readonly lines: readonly string[];
  /** What is wrong with an answer, undefined where nothing is. */
  readonly check: (answer: WireAnswer) => string | undefined;
}

/** What a request is made of. */
interface Plan {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly user?: string;
  readonly body?: Body;
  readonly isUpload?: boolean;
  readonly fields?: readonly string[];
  readonly check: (answer: WireAnswer, told: Told) => string | undefined;
}

/** Makes requests up, by a random source. */
export class Requests {
  /** Small media and large. */
  readonly shelf: { readonly small: Shelved[]; readonly large: Shelved[] } = { small: [], large: [] };
  readonly announcements: Announcements;
  readonly #isChecked: boolean;
  readonly #random: () => number;

  /** @param isChecked whether a module looks at what is uploaded */
  constructor(announcements: Announcements, isChecked: boolean, random: () => number) {
    this.announcements = announcements;
    this.#isChecked = isChecked;
    this.#random = random;
  }

  /** A whole number from 0 on. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** One of all kinds, small. */
  any(): Draft {
    return this.chance(0.4) ? this.withBody() : this.withoutBody();
  }

  withoutBody(): Draft {
    const user = this.pick(CROWD.free);
    return this.pick([
      () => this.health(),
      () => this.download(this.pick(this.shelf.small)),
      () =>
        this.#draft({
          name: "configuration",
          path: "/_matrix/client/v1/media/config",
          user,
          check: (answer) => expect(answer, 200, `"who":"@${user}:${SERVER_NAME}"`),
        }),
      () =>
        this.#draft({
          name: "configuration without a token",
          path: "/_matrix/media/v3/config",
          check: (answer) => expect(answer, 401, "M_MISSING_TOKEN"),
        }),
      () =>
        this.#draft({ name: "unknown path", path: "/_matrix/nothing", user, check: (answer) => expect(answer, 404) }),
      () =>
        this.#draft({
          name: "unknown media",
          path: `${DOWNLOAD}/Nothing`,
          user,
          check: (answer) => expect(answer, 404, "M_NOT_FOUND"),
        }),
    ])();
  }

  withBody(): Draft {
    const user = this.pick(CROWD.free);
    const body = { bytes: this.pick([40, 1_000, 9_000]) + this.below(1000), mark: "-" };
    return this.pick([
      () => this.upload(user, body.bytes),
      () => this.upload(CROWD.limited, body.bytes),
      () => this.upload(user, LARGEST_BYTES + 20_000),
      () => this.upload(user, body.bytes, "spam"),
      () => this.create(user, body),
      ...["typescript", "python"].map((language) => () => this.echo(language, user, body)),
    ])();
  }

  health(): Draft {
    return this.#draft({ name: "health", path: "/health", check: (answer) => expect(answer, 200, "OK") });
  }

  download({ id, body }: Shelved): Draft {
    return this.#draft({
      name: "download",
      path: `${DOWNLOAD}/${id}`,
      user: this.pick(CROWD.free),
      check: (answer) => expect(answer, 200) ?? (answer.body === body.toString("latin1") ? undefined : "another body"),
    });
  }

  create(user: string, body?: Body): Draft {
    return this.#draft({
      name: "create",
      method: "POST",
      path: "/_matrix/media/v1/create",
      user,
      ...(body && { body }),
      check: (answer) => expect(answer, 200, '"content_uri":"mxc://'),
    });
  }

  /** For media that has not been uploaded. */
  waiting(id: string): Draft {
    const path = `${DOWNLOAD}/${id}?timeout_ms=20000`;
    return this.#draft({ name: "wait", path, user: this.pick(CROWD.free), check: (answer) => expect(answer, 504) });
  }

  /** To an id that was made before. */
  put(user: string, id: string, bytes: number): Draft {
    return this.#draft({
      name: "upload to an id",
      method: "PUT",
      path: `/_matrix/media/v3/upload/${SERVER_NAME}/${id}`,
      user,
      body: { bytes, mark: "-" },
      isUpload: true,
      check: (answer) => expect(answer, 200),
    });
  }

  upload(user: string, bytes: number, mark = "-"): Draft {
    const isSpam = this.#isChecked && mark === "spam";
    const refusal = bytes > LARGEST_BYTES && user !== CROWD.keeper ? 413 : isSpam ? 400 : undefined;
    const statuses = new Set([refusal ?? 200, ...(user === CROWD.limited ? [403] : [])]);
    const draft = this.#draft({
      name: "upload",
      method: "POST",
      path: "/_matrix/media/v3/upload",
      user,
      body: { bytes, mark },
      isUpload: true,
      check: ({ status, body }) =>
        statuses.has(status) && (status !== 200 || body.includes("mxc://")) ? undefined : `answered ${status} ${body}`,
    });
    if (refusal !== undefined) draft.told.fate = "never";
    return draft;
  }

  /** What a module's web resource reports about a request: the number of its bytes, and its user. */
  echo(language: string, user: string, body: Body): Draft {
    return this.#draft({
      name: `${language} resource`,
      method: "POST",
      path: `/_synapse/client/${language}`,
      user,
      body,
      check: (answer) => expect(answer, 200, `"bytes":${body.bytes},"who":"@${user}:${SERVER_NAME}"`),
    });
  }

  #draft({ name, method = "GET", path, user, body, isUpload = false, fields = [], check }: Plan): Draft {
    const told = this.announcements.announce({ method, user, body, isUpload });
    const token = user === undefined ? [] : [`Authorization: Bearer token-of-${user}`];
    return {
      name,
      told,
      framing: body === undefined ? "none" : this.chance(0.4) ? "chunked" : "length",
      lines: [
        `${method} ${path}${path.includes("?") ? "&" : "?"}n=${told.nonce} HTTP/1.1`,
        "Host: a",
        ...token,
        ...fields,
      ],
      check(answer) {
        told.status = answer.status;
        const nonce = answer.headers.get("x-nonce");
        if (nonce !== undefined && nonce !== String(told.nonce)) return `the answer to request ${nonce}`;
        return check(answer, told);
      },
    };
  }
}

function expect({ status, body }: WireAnswer, wanted: number, text = ""): string | undefined {
  return status === wanted && body.includes(text) ? undefined : `answered ${status} ${body.slice(0, 300)}`;
}
