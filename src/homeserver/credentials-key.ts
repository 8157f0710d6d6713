import { hash } from "node:crypto";
import type { Credentials } from "./authenticator.ts";

/** A key under which an answer can be kept without keeping the token: SHA-256, base64. */
export function credentialsKey(credentials: Pick<Credentials, "token" | "userId" | "deviceId">): string {
  // JSON keeps the three apart whatever characters they hold. One application service's token is many users.
  return hash("sha256", JSON.stringify([credentials.token, credentials.userId, credentials.deviceId]), "base64");
}
