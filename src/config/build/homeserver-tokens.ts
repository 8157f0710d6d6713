import { readFileSync } from "node:fs";
import { StartError } from "../../errors.ts";
import type { HomeserverConfig } from "../config.ts";
import { isTokenText, secretFileWarnings } from "../secret-file.ts";

/** The tokens by which modules reach the homeserver. */
export interface HomeserverTokens {
  readonly admin: string | undefined;
  readonly appservice: string | undefined;
  /** One sentence each, without secrets. */
  readonly warnings: readonly string[];
}

const MAX_TOKEN_LENGTH = 4096;

/**
 * Reads the token files of `media_bridge.homeserver`: one token each; white space around it is ignored. A file that
 * every user of the machine may read is a warning.
 *
 * @throws {StartError} `CONFIG`: names the key and the file, never the token
 */
export function loadHomeserverTokens(homeserver: HomeserverConfig | undefined): HomeserverTokens {
  const warnings: string[] = [];
  const read = (key: string, path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const token = readToken(`media_bridge.homeserver.${key}`, path);
    warnings.push(...secretFileWarnings(path, "the token"));
    return token;
  };
  const admin = read("admin_token_file", homeserver?.adminTokenFile);
  const appservice = read("appservice_token_file", homeserver?.appserviceTokenFile);
  return { admin, appservice, warnings };
}

function readToken(key: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw new StartError("CONFIG", `${key}: expected a file with a token: ${path}: ${reason}`, { cause: error });
  }
  if (!isTokenText(text) || text.length > MAX_TOKEN_LENGTH) {
    throw new StartError("CONFIG", `${key}: expected one token of visible ASCII characters in ${path}`);
  }
  return text;
}
