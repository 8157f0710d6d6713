/** A time in words, to the second: UTC. */
export function formatTime(ts: number): string {
  return `${new Date(ts).toISOString().slice(0, 19).replace("T", " ")}Z`;
}
