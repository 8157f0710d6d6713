/**
 * A percent-encoded text, undefined where it is not UTF-8. A percent sign that encodes nothing means itself, as in
 * Twisted.
 */
export function decodePercent(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  } catch {
    return undefined;
  }
}

/** As {@link decodePercent}, with U+FFFD for what is not UTF-8, as browsers read it. */
export function decodePercentLeniently(text: string): string {
  return decodePercent(text) ?? Buffer.from(decodePercentBytes(text), "latin1").toString("utf8");
}

/** As {@link decodePercent}, byte by byte: each encoded byte becomes one character, from U+0000 to U+00FF. */
export function decodePercentBytes(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
