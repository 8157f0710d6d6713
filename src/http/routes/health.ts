import { CORS_HEADERS } from "../response/json.ts";
import type { Route } from "./route.ts";

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
