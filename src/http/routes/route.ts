import type { Request, Response } from "express";

/** A route: its name in logs, its paths, and a handler for each method. */
export interface Route {
  /** Its path with placeholders, for logs: the path itself may hold file names. */
  readonly name: string;
  /** The path literally, case and slashes included; the handler reads the groups, which are still encoded. */
  readonly path: RegExp;
  readonly methods: Partial<Record<"get" | "post" | "put" | "delete" | "all", Handler>>;
}

/** The methods of a route as an `Allow` header lists them: RFC 9110, section 10.2.1. */
export function allowedMethods({ methods }: Route): string {
  const own = Object.keys(methods).map((method) => method.toUpperCase());
  return [...own, ...(methods.get ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

export type Handler = (req: Request, res: Response) => Promise<void> | void;
