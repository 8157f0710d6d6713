/**
 * All values of a header, each as it was sent. For some headers, such as `Authorization`, Node's `headers` has only the
 * first value, and a server behind this one may use another.
 *
 * @param rawHeaders names and values in turn
 * @param name in lower case
 */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? "");
  }
  return values;
}
