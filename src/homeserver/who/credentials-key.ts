import { hash } from "node:crypto";
import type { Credentials } from "./authenticator.ts";

/** The key under which an answer about credentials is kept, without keeping the token. */
export interface CredentialsKey {
  /** The part of the token: all that one token was asked about shares it. */
  readonly token: string;
  /** The user and the device that an application service names; empty where there is only a token. */
  readonly ids: string;
}

/** SHA-256 of a token, base64. */
export function tokenKey(token: string): string {
  return hash("sha256", token, "base64");
}

/** The key of credentials. The token of one application service serves many users. */
export function credentialsKey({ token, userId, deviceId }: Credentials): CredentialsKey {
  // JSON keeps the two apart whatever characters they contain, and distinguishes a missing value from an empty one.
  const ids = userId === undefined && deviceId === undefined ? "" : JSON.stringify([userId ?? null, deviceId ?? null]);
  return { token: tokenKey(token), ids };
}
