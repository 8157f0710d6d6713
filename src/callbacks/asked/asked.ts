import type { UploadContext } from "../context/context.ts";
import type { KindName } from "../kinds.ts";

/** A value as JSON text keeps it: what crosses a thread, a file and a report unchanged. */
export type Portable = null | boolean | number | string | readonly Portable[] | { readonly [name: string]: Portable };

/**
 * What one module said to one question: it let the walk continue, ended it with a value (in the form of the wire), was
 * refused or failed with an error, or gave no verdict.
 */
export type Said =
  | { readonly outcome: "continue" }
  | { readonly outcome: "stop"; readonly value: Portable }
  | { readonly outcome: "error"; readonly error: SaidError }
  | { readonly outcome: "timeout" | "unavailable" | "busy" };

/** An error of a callback. */
export interface SaidError {
  /** Present where the module raised an error that the client gets as it is. */
  readonly answer?: SaidAnswer;
  /** For people; may hold what the module chose to say. */
  readonly message: string;
}

/** The answer that a client gets for an error. */
export interface SaidAnswer {
  readonly status: number;
  readonly errcode: string;
  /** JSON text. */
  readonly body: string;
  /** Those that the error brings, by name in lower case; absent where it brings none. */
  readonly headers?: { readonly [name: string]: string };
}

/** A file that a question is about. */
export interface AskedFile {
  /** Absolute path of a copy that lives until the question has been compared. */
  readonly path: string;
  readonly lengthBytes: number;
}

/** What callbacks are told by their context, as data: who asks, and the upload that the question is about. */
export interface AskedContext {
  readonly isGuest?: boolean | undefined;
  readonly isAppservice?: boolean | undefined;
  readonly upload?: AskedUpload | undefined;
}

/** An upload, as callbacks are told of it; sizes are bytes. */
export type AskedUpload = { readonly [K in keyof Omit<UploadContext, "userId">]?: UploadContext[K] };

/** A question to a module: a callback with its arguments, in the form of the wire (docs/bridge-protocol.md). */
export interface Asked {
  readonly kind: KindName;
  readonly args: readonly Portable[];
  /** The user who makes the request, where one is known. */
  readonly user?: string | undefined;
  /** What else the callbacks were told of the request; absent where nothing is known. */
  readonly context?: AskedContext | undefined;
  /** Unix time in milliseconds. */
  readonly askedTs: number;
  readonly file?: AskedFile | undefined;
}

/** A question, and what the module that decides said. */
export interface Answered {
  readonly asked: Asked;
  readonly said: Said;
  readonly micros: number;
}
