/**
 * A path of parts that are percent-encoded one by one, from a template: `` pathOf`/_matrix/…/${roomId}` ``. Throws a
 * `TypeError` for a part that would not stay one part, so that no argument of a module can lead a request elsewhere.
 */
export function pathOf(literals: TemplateStringsArray, ...parts: readonly string[]): string {
  return literals.reduce((path, literal, index) => path + encodePart(parts[index - 1] ?? "") + literal);
}

function encodePart(part: string): string {
  // Encoding does not change these two, and a server that normalises the URL would follow them. An empty state key is
  // fine.
  if (part === "." || part === "..") throw new TypeError(`${JSON.stringify(part)} cannot be a part of a path`);
  if (!part.isWellFormed()) throw new TypeError("a part of a path has lone surrogates");
  return encodeURIComponent(part);
}
