import type { Request, Response } from "express";
import type { Chain } from "../../callbacks/chain.ts";
import type { BodySource } from "../../util/bodies/body-source.ts";

/** The media id that a `PUT` uploads to, as the path names it. */
export interface UploadTarget {
  readonly serverName: string;
  readonly mediaId: string;
}

/** An upload by an authenticated user, of which nothing has been read yet. */
export interface IncomingUpload {
  readonly req: Request;
  readonly res: Response;
  readonly userId: string;
  /** The chain to ask for this request. */
  readonly chain: Chain;
  /** The declared length in bytes; undefined for a chunked body. */
  readonly contentLength: number | undefined;
  /** undefined: the client gave none; null: it is not UTF-8. */
  readonly fileName: string | null | undefined;
  readonly body: BodySource;
  /** undefined for a `POST`, which gets an id of its own. */
  readonly target: UploadTarget | undefined;
}

/** The outcome of an upload, before its client is answered. */
export interface TakenUpload {
  /** undefined where the server that keeps media refused the upload. */
  readonly stored: { readonly mediaId: string; readonly sizeBytes: number } | undefined;
  /** Answers the client. */
  answer(): Promise<void> | void;
}

/** What serves the routes: the repository of this service, or a Synapse whose uploads are decided here. */
export interface Backend {
  /**
   * Whether the backend authenticates requests for the media configuration by itself, where no module takes part in the
   * answer.
   */
  readonly identifiesUsers: boolean;
  /** Throws where the head of a `POST` alone is reason to refuse it, before the requester is authenticated. */
  checkPost(req: Request): void;
  /** Answers with the media configuration, where no module takes part in the answer. */
  sendMediaConfig(req: Request, res: Response): Promise<void> | void;
  /** Makes a media id for a user, and answers with it. */
  createId(req: Request, res: Response, userId: string): Promise<void>;
  /** Decides about an upload and stores it, or has it stored. Rejects with the `MatrixError` that refuses it. */
  takeUpload(upload: IncomingUpload): Promise<TakenUpload>;
}
