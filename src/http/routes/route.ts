import type { Request, Response } from "express";

/** A way in: what it is called in logs, where it is, and who answers each method. */
export interface Route {
  /** Its path with placeholders, for logs: the path itself may hold file names. */
  readonly name: string;
  /** The path to the letter, case and slashes included; groups are read by the handler, still encoded. */
  readonly path: RegExp;
  readonly methods: Partial<Record<"get" | "post" | "put" | "all", Handler>>;
}

/** The methods of a route as an `Allow` header tells them: RFC 9110, section 10.2.1. */
export function allowedMethods({ methods }: Route): string {
  const own = Object.keys(methods).map((method) => method.toUpperCase());
  return [...own, ...(methods.get ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

export type Handler = (req: Request, res: Response) => Promise<void> | void;
