/** The user for whom a callback is called: the user who makes the request. */
export interface CallbackRequester {
  /** The user's full id. */
  readonly userId: string;
  /** Whether the user is a guest; undefined where this is not known. */
  readonly isGuest: boolean | undefined;
  /** Whether an application service makes the request; undefined where this is not known. */
  readonly isAppservice: boolean | undefined;
  /**
   * Whether the user administers the homeserver. A tokens file says so; otherwise the homeserver is asked, when this is
   * called and at most once for a request. Rejects with a `HomeserverError` where it cannot be asked: never take that
   * for a no or a yes.
   */
  isAdmin(): Promise<boolean>;
}

/** The upload that a callback decides over, or is told of. */
export interface UploadContext {
  /** The full id of the user who uploads. */
  readonly userId: string;
  /**
   * The `Content-Type` that the client declares; undefined where it declares none. It may be wrong: look at the bytes.
   */
  readonly declaredType: string | undefined;
  /** The file name that the client gives; undefined where it gives none. */
  readonly fileName: string | undefined;
  /** The `Content-Length`, in bytes; undefined for a body that comes in chunks. */
  readonly declaredSizeBytes: number | undefined;
  /** The size of the body in bytes; undefined as long as the body has not arrived. */
  readonly sizeBytes: number | undefined;
}

/** The last argument of every callback: what is known beside the arguments that Synapse gives. */
export interface CallbackContext {
  /** The id by which the log names the request; undefined where no request is under way. */
  readonly requestId: string | undefined;
  /**
   * Undefined where no user is behind the call: media of another server, a thumbnail that is made on demand, a
   * deletion.
   */
  readonly requester: CallbackRequester | undefined;
  /**
   * Present for an upload, and for the thumbnails that are made of it at once. Undefined for the media configuration,
   * for media of another server, for a thumbnail that is made on demand, and for a deletion.
   */
  readonly upload: UploadContext | undefined;
  /**
   * Is aborted when the callback is past its deadline, or when the client leaves before it has its answer. The service
   * itself never ends a callback whose client left; a callback that rejects for this reason refuses the upload.
   */
  readonly signal: AbortSignal;
}
