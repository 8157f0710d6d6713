/** The form of an argument, for code that makes one up or reads it from a command line. */
export type ParameterForm = "userId" | "bytes" | "mediaId" | "path" | "fileInfo" | "limit";

/** An argument of a kind of callback, by the name that people read. */
export interface Parameter {
  readonly name: string;
  readonly form: ParameterForm;
}

/** The user that the request is for. */
export const USER_ID = { name: "user_id", form: "userId" } as const;

/** What was uploaded or deleted. */
export const MEDIA_ID = { name: "media_id", form: "mediaId" } as const;

/** The size of a file. */
export const SIZE = { name: "size", form: "bytes" } as const;
