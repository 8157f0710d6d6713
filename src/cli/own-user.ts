import type { Config } from "../config/config.ts";
import { isUserId } from "../config/matrix-names.ts";
import { StartError } from "../errors.ts";

/**
 * The id of a user of whom this service may know something. Throws a StartError where it is none, or of another server.
 */
export function readOwnUser(text: string, { serverName }: Config): string {
  if (!isUserId(text)) {
    throw new StartError("CONFIG", `${JSON.stringify(text)} is not a user id: expected @name:${serverName}`);
  }
  const server = text.slice(text.indexOf(":") + 1);
  if (server === serverName) return text;
  throw new StartError(
    "CONFIG",
    `${text} is a user of ${server}: this service takes uploads of users of ${serverName} alone, and keeps nothing of others`,
  );
}
