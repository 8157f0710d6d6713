import type { Request, Response } from "express";
import type { Administrator } from "../../request/administrator.ts";
import type { Query } from "../../request/query/query.ts";

/** A request by an administrator. Its body has not been read: it has no meaning here, and a Synapse behind may want it. */
export interface AdminRequest {
  readonly req: Request;
  readonly res: Response;
  readonly query: Query;
  /** The value of each placeholder of the path, decoded. */
  readonly parts: readonly string[];
  readonly administrator: Administrator;
}

/** One method of a path of Synapse's admin API. */
export interface AdminEndpoint {
  /** The path; each `{placeholder}` is one segment. */
  readonly name: string;
  readonly method: "get" | "post" | "delete";
  /**
   * The body of the answer, whose status is 200; undefined where the client has its answer already. Rejects with the
   * `MatrixError` that the client gets.
   */
  handle(request: AdminRequest): Promise<object | undefined>;
}
