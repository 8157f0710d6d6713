/** `JSON.parse`, with integers beyond 2^53 as bigint: the configuration of a service has them in that form too. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, readExactly as (key: string, value: unknown) => unknown);
}

function readExactly(_key: string, value: unknown, context: { readonly source?: string } | undefined): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
