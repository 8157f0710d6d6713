import type { WebHandler, WebRequest } from "../web/web-handler.ts";

/** The user behind a request to a web resource. */
export interface WebRequester {
  readonly userId: string;
  /** The device of the access token, where it has one. */
  readonly deviceId: string | undefined;
  readonly isGuest: boolean;
}

/** What a TypeScript module serves over HTTP. */
export interface WebApi {
  /**
   * Serves `path` and everything below it, at any time. The longest path that a request's begins with answers; of two equal
   * ones, that of the module which comes first. Throws where the path is the service's own. `OPTIONS` is answered by the
   * service, with the headers of CORS; on other answers these are the module's to set.
   *
   * @example
   * api.registerWebResource("/_synapse/client/quota", async (request, response) => {
   *   const { userId } = await api.getUserByRequest(request);
   *   response.setHeader("Content-Type", "application/json").end(JSON.stringify({ user: userId }));
   * });
   */
  registerWebResource(path: string, handler: WebHandler): void;
  /**
   * The user by the access token of a request, as the service's own routes find it. Rejects with the `MatrixError` that the
   * client is to get: 401 without a valid token, 403 for a guest unless `allowGuest` is set, 503 where nobody can say.
   */
  getUserByRequest(request: WebRequest, options?: { readonly allowGuest?: boolean }): Promise<WebRequester>;
}
