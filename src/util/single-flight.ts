/** `act`, where calls that come while one is under way share its outcome. */
export function singleFlight<Outcome>(act: () => Promise<Outcome>): () => Promise<Outcome> {
  let underWay: Promise<Outcome> | undefined;
  return () => (underWay ??= act().finally(() => (underWay = undefined)));
}
