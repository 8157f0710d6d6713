/** Which media the profiles of users and rooms show, as a homeserver knows it. */
export interface ProfileMedia {
  /**
   * The ids of the local media that profiles show now. Rejects with the `MatrixError` that a client gets:
   * `PROFILES_UNKNOWN` where the configuration leads to no homeserver that can tell.
   *
   * @param token an administrator's, by which the homeserver is asked; undefined: the one of the configuration
   */
  list(token: string | undefined): Promise<ReadonlySet<string>>;
}
