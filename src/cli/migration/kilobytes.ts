/** Bytes in kB, for people: whole ones, so that all of a file is all of its kB. */
export function toKilobytes(bytes: number): number {
  return Math.ceil(bytes / 1000);
}
