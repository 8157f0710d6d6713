/**
 * The values of a template. Markup is written as it is, everything else is escaped, and `undefined`, `null` and `false`
 * write nothing.
 */
export type Content = Markup | string | number | false | null | undefined | readonly Content[];

/** Markup that is known to be safe, as only {@link html} makes it. */
export type Markup = SafeMarkup;

class SafeMarkup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup of a template, whose values are escaped. The value of an attribute needs quotes around it. */
export function html(pieces: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new SafeMarkup(pieces.reduce((text, piece, index) => text + write(values[index - 1]) + piece));
}

function write(content: Content): string {
  if (content instanceof SafeMarkup) return content.toString();
  if (content === undefined || content === null || content === false) return "";
  if (typeof content === "object") return content.map(write).join("");
  return String(content).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
