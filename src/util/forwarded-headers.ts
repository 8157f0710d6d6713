const OTHER_NAMES = new Set(["forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"]);

/** Whether a header is one in which a proxy tells of the client, which only a proxy may be believed. */
export function isForwardedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith("x-forwarded-") || OTHER_NAMES.has(lower);
}
