import { takeRandomBytes } from "../util/random-bytes.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 24;
/** The largest multiple of 52 below 256: bytes from here on would make some letters more likely than others. */
const FAIR = 208;

/** A new media id in Synapse's form: 24 random letters. */
export function createMediaId(): string {
  let id = "";
  while (id.length < LENGTH) {
    for (const byte of takeRandomBytes(32)) {
      if (byte < FAIR && id.length < LENGTH) id += LETTERS.charAt(byte % LETTERS.length);
    }
  }
  return id;
}

/** Whether a text may be a media id. Other texts reach no path and no query. */
export function isMediaId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,255}$/.test(text);
}
