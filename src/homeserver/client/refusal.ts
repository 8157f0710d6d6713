import { z } from "zod";

/**
 * The homeserver answered a call with an error status. `bodyText` is its body, which a module may read; the service
 * puts it neither into logs nor into messages.
 */
export class HomeserverRefusal extends Error {
  override readonly name: string = "HomeserverRefusal";
  readonly code = "HOMESERVER_REFUSED";
  /** 300 to 599. */
  readonly status: number;
  /** Undefined where the body is not an error of Matrix form, for example because a proxy answered. */
  readonly errcode: string | undefined;
  // Private, so that a log that lists an error's members does not show it.
  readonly #bodyText: string;

  constructor(what: string, status: number, bodyText: string) {
    const errcode = readErrcode(bodyText);
    super(`${what}: the homeserver answered ${status}${errcode === undefined ? "" : ` ${errcode}`}`);
    this.status = status;
    this.errcode = errcode;
    this.#bodyText = bodyText;
  }

  /** The body of the answer, as it came. */
  get bodyText(): string {
    return this.#bodyText;
  }

  /** Whether the thing asked for does not exist. An unknown path (`M_UNRECOGNIZED`) says nothing about it. */
  get isNotFound(): boolean {
    return this.status === 404 && this.errcode === "M_NOT_FOUND";
  }
}

/** A call needs a part of the configuration that is missing. The message names the keys. */
export class HomeserverNotConfigured extends Error {
  override readonly name: string = "HomeserverNotConfigured";
  readonly code = "HOMESERVER_NOT_CONFIGURED";
  /** The keys to set, such as `media_bridge.homeserver.url`. */
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super(`this needs a homeserver to ask: set ${keys.join(" and ")}`);
    this.keys = keys;
  }
}

/** The result of a call, or undefined where the homeserver says that the thing does not exist. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HomeserverRefusal && error.isNotFound) return undefined;
    throw error;
  }
}

const RefusalSchema = z.object({ errcode: z.string().regex(/^[\w.]{1,100}$/) });

function readErrcode(bodyText: string): string | undefined {
  try {
    return RefusalSchema.safeParse(JSON.parse(bodyText)).data?.errcode;
  } catch {
    return undefined;
  }
}
