import type { Config } from "../../config/config.ts";
import { isUserId } from "../../config/forms/matrix-names.ts";
import { StartError } from "../../errors.ts";

/**
 * The id of a user whom this service may know. Throws a StartError where it is not a user id, or belongs to another
 * server.
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
