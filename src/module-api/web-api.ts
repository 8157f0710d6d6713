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
   * Serves `path` and everything below it, at any time. Of the registered paths that a request's path begins with, the
   * longest one answers; of two equal paths, the one of the first module. Throws where the path is the service's own.
   * The service answers `OPTIONS`, with the headers of CORS; on other answers the module sets them.
   *
   * @example
   * api.registerWebResource("/_synapse/client/quota", async (request, response) => {
   *   const { userId } = await api.getUserByRequest(request);
   *   response.setHeader("Content-Type", "application/json").end(JSON.stringify({ user: userId }));
   * });
   */
  registerWebResource(path: string, handler: WebHandler): void;
  /**
   * The owner of a request's access token, found as the service's own routes find it. Rejects with the `MatrixError`
   * that the client should get: 401 without a valid token, 403 for a guest unless `allowGuest` is set, 503 where the
   * owner is not known.
   */
  getUserByRequest(request: WebRequest, options?: { readonly allowGuest?: boolean }): Promise<WebRequester>;
}
