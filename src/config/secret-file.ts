import { statSync } from "node:fs";

/** What a token may consist of: it travels in a header and in a query. */
const TOKEN = /^[\x21-\x7e]+$/;
const OTHERS_MAY_READ = 0o004;

/** Whether a text can be a token: visible ASCII characters alone. */
export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** A warning where every user of the machine may read a file, which names what they read there: `the token`. */
export function secretFileWarnings(path: string, what: string): string[] {
  const isOpen = (statSync(path).mode & OTHERS_MAY_READ) !== 0;
  return isOpen ? [`${path}: every user of this machine may read ${what} (chmod o-r)`] : [];
}
