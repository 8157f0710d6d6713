import type { HomeserverClient } from "../homeserver/client/homeserver-client.ts";
import type { MetricsApi } from "../metrics/metrics-api.ts";
import type { ModuleDatabase } from "./module-database.ts";

/** What the service does for TypeScript modules. */
export interface TypeScriptServices {
  readonly homeserver: HomeserverClient;
  readonly database: ModuleDatabase;
  readonly metrics: MetricsApi;
}
