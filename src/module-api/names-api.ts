/** The homeserver that a module works for. */
export interface NamesApi {
  /** `server_name` of the homeserver. */
  readonly serverName: string;
  /** `public_baseurl`, with a slash at its end. */
  readonly publicBaseurl: string;
  /** `media_bridge.worker_name`. */
  readonly workerName: string;
  /** The kind of Synapse process that modules take the service for: `synapse.app.media_repository`. */
  readonly workerApp: string;
  /** Whether a user id, room alias or any other id with a domain is of this homeserver. */
  isMine(id: string): boolean;
  /** `@username:<serverName>`; a text that begins with `@` is an ID already and is returned as it is. */
  getQualifiedUserId(username: string): string;
}
