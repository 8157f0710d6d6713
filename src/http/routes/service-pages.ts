import { CORS_HEADERS } from "../response/json.ts";
import type { Route } from "./route.ts";

const LIMIT_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Upload limit reached</title></head>
<body>
<h1>Upload limit reached</h1>
<p>You have uploaded as much as this server allows for now. Older uploads stop counting as time passes; please try again later.</p>
</body>
</html>
`;

/** The page that a limit without an `info_uri` of its own points to, at the path that Synapse uses. */
export function limitPageRoute(): Route {
  return {
    name: "/_synapse/client/media_upload_limit_exceeded",
    path: /^\/_synapse\/client\/media_upload_limit_exceeded$/,
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

/** What is wrong with the service, in words; undefined where all is well. */
export type HealthCheck = () => string | undefined;

/** `GET /health`: 200 when everything can be served, 503 with the reason when the Python child is down. */
export function healthRoute(check: HealthCheck): Route {
  return {
    name: "/health",
    path: /^\/health$/,
    methods: {
      get(_req, res) {
        const problem = check();
        res.writeHead(problem === undefined ? 200 : 503, {
          ...CORS_HEADERS,
          "Content-Type": "text/plain; charset=utf-8",
        });
        res.end(problem ?? "OK");
      },
    },
  };
}
