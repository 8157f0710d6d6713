/** Shorter texts and numbers of fewer digits tell nothing, and would turn a message into a riddle. */
const LEAST_LENGTH = 3;

/**
 * `text` with every value of a module's configuration replaced: it may hold secrets, and errors like to quote. Keys stay.
 * The Python side does the same for its modules.
 */
export function hideValues(text: string, config: unknown): string {
  const values = new Set([...leavesOf(config)].flatMap(formsOf));
  return [...values]
    .toSorted((left, right) => right.length - left.length)
    .reduce((hidden, value) => hidden.replaceAll(value, "<value>"), text);
}

function* leavesOf(config: unknown): Generator {
  const stack = [config];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node === "object" && node !== null) stack.push(...Object.values(node));
    else yield node;
  }
}

function formsOf(leaf: unknown): string[] {
  if (typeof leaf === "number" || typeof leaf === "bigint") {
    const digits = String(leaf);
    return digits.replaceAll(/\D/g, "").length >= LEAST_LENGTH ? [digits] : [];
  }
  if (typeof leaf !== "string") return [];
  // As it is, as it stands in a literal, and line by line, since a message may quote a part.
  const forms = [leaf, JSON.stringify(leaf).slice(1, -1), ...leaf.split(/\r?\n/)];
  return forms.filter((form) => form.length >= LEAST_LENGTH);
}
