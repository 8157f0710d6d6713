/**
 * What a terminal would take as a command, or show in another order than it was written: control characters (line break
 * and tab apart), and those that change the direction of writing.
 */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text as a terminal may show it, whatever its origin: such characters are replaced by `\x1b` and the like. */
export function toVisibleText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
