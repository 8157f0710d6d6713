import { hash } from "node:crypto";
import type { Credentials } from "./authenticator.ts";

/** Under what an answer about credentials is kept, without keeping the token. */
export interface CredentialsKey {
  /** The token's: all that one token was asked about shares it. */
  readonly token: string;
  /** The user and the device that an application service names; empty where the token stands alone. */
  readonly ids: string;
}

/** SHA-256 of a token, base64. */
export function tokenKey(token: string): string {
  return hash("sha256", token, "base64");
}

/** The key of credentials. One application service's token is many users. */
export function credentialsKey({ token, userId, deviceId }: Credentials): CredentialsKey {
  // JSON keeps the two apart whatever characters they hold, and tells what is missing from what is empty.
  const ids = userId === undefined && deviceId === undefined ? "" : JSON.stringify([userId ?? null, deviceId ?? null]);
  return { token: tokenKey(token), ids };
}
