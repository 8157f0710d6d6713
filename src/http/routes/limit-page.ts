import { CORS_HEADERS } from "../response/json.ts";
import type { Route } from "./route.ts";

const PATH = "/_synapse/client/media_upload_limit_exceeded";

const LIMIT_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Upload limit reached</title></head>
<body>
<h1>Upload limit reached</h1>
<p>You have uploaded as much as this server allows for now. Older uploads stop counting as time passes; please try again later.</p>
</body>
</html>
`;

/** The address of the page, for clients. `publicBaseurl` ends with a slash. */
export function limitPageUrl(publicBaseurl: string): string {
  return publicBaseurl + PATH.slice(1);
}

/** The page for limits without an `info_uri` of their own, at the path that Synapse uses. */
export function limitPageRoute(): Route {
  return {
    name: PATH,
    path: new RegExp(`^${PATH}$`),
    methods: {
      get(_req, res) {
        res.writeHead(200, {
          ...CORS_HEADERS,
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
          "Content-Length": Buffer.byteLength(LIMIT_PAGE),
        });
        res.end(LIMIT_PAGE);
      },
    },
  };
}
