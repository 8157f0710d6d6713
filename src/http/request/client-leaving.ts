import type { ServerResponse } from "node:http";
import type { OnAbort } from "../../media/download/upload-waiters.ts";

/** Listens for the client's leaving. */
export function clientLeaving(res: ServerResponse): OnAbort {
  return (gone) => {
    if (res.closed) gone();
    res.once("close", gone);
    return () => res.off("close", gone);
  };
}
