import { matrixError } from "../../errors.ts";

/**
 * The access token of a request: from `Authorization: Bearer <token>`, the scheme in any case, or from the query
 * parameter `access_token`. Throws `MISSING_TOKEN` (401) where there is none. Throws an error that says so, also 401,
 * where both are used at once, where there are several such headers, and where the header has another form. An empty
 * token in the query is a token that no user has.
 *
 * @param authorizations the values of all `Authorization` headers
 * @param queryTokens the values of `access_token` in their order, still percent-encoded; the first one counts
 * @see Matrix client-server API, "Using access tokens"
 */
export function findToken(authorizations: readonly string[], queryTokens: readonly string[]): string {
  const [authorization] = authorizations;
  const [queryToken] = queryTokens;
  if (authorization === undefined) {
    if (queryToken === undefined) throw matrixError("MISSING_TOKEN");
    return decodeToken(queryToken);
  }
  if (queryToken !== undefined) throw matrixError("TOKEN_SENT_TWICE");
  if (authorizations.length > 1) throw matrixError("AUTHORIZATION_REPEATED");
  const token = /^bearer (?<token>[^ ]+)$/i.exec(authorization)?.groups?.["token"];
  if (token === undefined) throw matrixError("AUTHORIZATION_MALFORMED");
  return token;
}

// A badly encoded token is still a token that no user has: it is looked up unchanged.
function decodeToken(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
