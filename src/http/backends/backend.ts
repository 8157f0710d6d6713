import type { Request, Response } from "express";
import type { Chain } from "../../callbacks/chain.ts";
import type { BodySource } from "../../util/body-source.ts";

/** The media id that a `PUT` uploads to, as the path names it. */
export interface UploadTarget {
  readonly serverName: string;
  readonly mediaId: string;
}

/** An upload by a user who is known, of which nothing has been read yet. */
export interface IncomingUpload {
  readonly req: Request;
  readonly res: Response;
  readonly userId: string;
  /** The chain to ask for this request. */
  readonly chain: Chain;
  /** The declared length in bytes; undefined where the body comes in chunks. */
  readonly contentLength: number | undefined;
  /** undefined: none was given; null: it is not UTF-8. */
  readonly fileName: string | null | undefined;
  readonly body: BodySource;
  /** undefined for a `POST`, which gets an id of its own. */
  readonly target: UploadTarget | undefined;
}

/** What became of an upload, before its client is answered. */
export interface TakenUpload {
  /** undefined where the one that keeps media refused it. */
  readonly stored: { readonly mediaId: string; readonly sizeBytes: number } | undefined;
  /** Answers the client. */
  answer(): Promise<void> | void;
}

/** What is behind the routes: the repository of this service, or a Synapse whose uploads are decided here. */
export interface Backend {
  /** Whether it finds out by itself who asks for the media configuration, where no module has a say in it. */
  readonly identifiesUsers: boolean;
  /** Throws where a `POST` is refused by its head alone, before anyone is asked who makes it. */
  checkPost(req: Request): void;
  /** Answers with the media configuration that holds where no module has a say in it. */
  sendMediaConfig(req: Request, res: Response): Promise<void> | void;
  /** Makes a media id for a user, and answers with it. */
  createId(req: Request, res: Response, userId: string): Promise<void>;
  /** Decides over an upload and stores it, or has it stored. Rejects with the `MatrixError` that refuses it. */
  takeUpload(upload: IncomingUpload): Promise<TakenUpload>;
}
