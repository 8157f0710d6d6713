import { SERVER_NAME } from "../support/folder.ts";
import type { Draw } from "./draw.ts";

/** Beginnings of user ids, one as odd as the other; a number follows, so that no two lives are of one user. */
const LOCALPARTS = [
  "alice",
  "UPPER",
  "with=sign/and.dots_-+",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "100%41",
  "100%C3%BC",
  'quote"',
  "'; drop table media; --".replaceAll(" ", "+"),
  "back\\slash",
  "{}[]",
  "~!#$&*",
  "<b>",
  "007",
  "",
];
/** No user of Matrix has these: the service refuses them before it asks a module. */
const NOT_OF_MATRIX = ["straße", "ｆｕｌｌ", "e\u0301", "👩‍🔬", "a b"];

/** The fake homeserver knows accounts by these. */
export const ADMIN = "admin";
export const BRIDGED = "bridged";

/** Makes user ids that were never made before. */
export class Users {
  #made = 0;

  readonly #draw: Draw;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  next(prefix = this.#draw.pick(this.#draw.chance(0.02) ? NOT_OF_MATRIX : LOCALPARTS)): string {
    this.#made += 1;
    // Sometimes as long as an id may be, and longer.
    const padding = this.#draw.chance(0.02) ? "x".repeat(this.#draw.integer(200, 260)) : "";
    return `@${prefix}${this.#made}${padding}:${SERVER_NAME}`;
  }
}

/** An access token that says whose it is, in characters that a header may hold. */
export function tokenOf(userId: string): string {
  return Buffer.from(userId).toString("base64url");
}

export function ownerOf(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
