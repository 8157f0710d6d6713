// Reads a .dockerignore file: which files of the context an image cannot be made from.

/**
 * Tells of a path below the context whether it is left out. The last pattern that matches it, or a folder above it, decides.
 * @param {string} text
 * @returns {(path: string) => boolean}
 */
export function readIgnoreList(text) {
  const patterns = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ matcher: toMatcher(line.replace(/^!/, "")), ignores: !line.startsWith("!") }));
  return (path) => {
    const names = path.split("/");
    const whole = names.map((_, index) => names.slice(0, index + 1).join("/"));
    return patterns.findLast(({ matcher }) => whole.some((part) => matcher.test(part)))?.ignores ?? false;
  };
}

/**
 * `*` matches any part of a name, also of one that begins with a dot, and `**` for any number of folders.
 * @param {string} pattern
 */
function toMatcher(pattern) {
  if (/[[\]?\\]|\*\*(?!\/)/.test(pattern)) throw new Error(`.dockerignore: the pattern is not known here: ${pattern}`);
  const parts = { ".": "\\.", "**/": "(?:.*/)?", "*": "[^/]*" };
  const source = pattern.replaceAll(/\*\*\/|\*|\./g, (part) => parts[/** @type {keyof typeof parts} */ (part)]);
  return new RegExp(`^${source}$`);
}
