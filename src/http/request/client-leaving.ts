import type { ServerResponse } from "node:http";
import type { OnAbort } from "../../media/download/upload-waiters.ts";

/** Calls back when the client leaves. */
export function clientLeaving(res: ServerResponse): OnAbort {
  return (gone) => {
    if (res.closed) gone();
    res.once("close", gone);
    return () => res.off("close", gone);
  };
}
