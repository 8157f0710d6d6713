const OTHER_NAMES = new Set(["forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"]);

/** Whether a header is one in which a proxy reports the client. Only a proxy's own value may be trusted. */
export function isForwardedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith("x-forwarded-") || OTHER_NAMES.has(lower);
}
