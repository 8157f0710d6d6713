import { matrixError } from "../errors.ts";

/**
 * The access token of a request: from `Authorization: Bearer <token>`, the scheme in any case, or from the query
 * parameter `access_token`. Throws `MISSING_TOKEN` (401) where there is none, or where both ways are taken at once.
 *
 * @param authorization the header's value
 * @param queryTokens the values of `access_token` in their order, still percent-encoded; the first one counts
 * @see Matrix client-server API, "Using access tokens"
 */
export function findToken(authorization: string | undefined, queryTokens: readonly string[]): string {
  const [queryToken] = queryTokens;
  if (authorization !== undefined && queryToken !== undefined) throw matrixError("MISSING_TOKEN");
  const token = queryToken === undefined ? bearerToken(authorization) : decodeToken(queryToken);
  if (token === undefined || token === "") throw matrixError("MISSING_TOKEN");
  return token;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +(?<token>[^ ]+) *$/i.exec(authorization ?? "")?.groups?.["token"];
}

// A token that was encoded badly is still a token, one that nobody has: it is looked up as it stands.
function decodeToken(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
