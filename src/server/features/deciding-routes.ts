import { asyncUploadRoute } from "../../http/routes/async-upload.ts";
import { createRoute } from "../../http/routes/create.ts";
import { mediaConfigRoute } from "../../http/routes/media-config.ts";
import type { Route } from "../../http/routes/route.ts";
import { uploadRoute } from "../../http/routes/upload.ts";
import type { ReceiveParts } from "../../http/receive-upload.ts";

/** The routes on which modules and limits decide, whatever is behind them. */
export function decidingRoutes(parts: ReceiveParts): Route[] {
  return [mediaConfigRoute(parts), uploadRoute(parts), createRoute(parts), asyncUploadRoute(parts)];
}
