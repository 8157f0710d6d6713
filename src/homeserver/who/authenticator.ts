/** What a request says about the user who makes it. */
export interface Credentials {
  /** The access token, never empty. */
  readonly token: string;
  /** The query parameter `user_id`: the user that an application service acts as. */
  readonly userId?: string | undefined;
  /** The query parameter `device_id`, or its forerunner `org.matrix.msc3202.device_id`, of an application service. */
  readonly deviceId?: string | undefined;
  /** The client's IP address. */
  readonly address?: string | undefined;
  /** The client's `User-Agent`. */
  readonly userAgent?: string | undefined;
}

/** Who makes a request. */
export interface Requester {
  readonly userId: string;
  readonly deviceId?: string;
  readonly guest: boolean;
  /** Whether the user administers the server; absent where that is not known without another question. */
  readonly admin?: boolean;
  /** Whether an application service makes the request; absent where that is not known without another question. */
  readonly appservice?: boolean;
}

/** Identifies the user of a request. */
export interface Authenticator {
  /**
   * The user of these credentials. What is known already is returned, or thrown, at once; otherwise the result is a
   * promise. Throws or rejects with the `MatrixError` that the client gets: 401 or 403 only when the credentials were
   * checked and refused, `HOMESERVER_UNAVAILABLE` (503) when they could not be checked.
   */
  whoIs(credentials: Credentials): Promise<Requester> | Requester;
}
