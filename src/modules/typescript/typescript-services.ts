import type { HomeserverClient } from "../../homeserver/client/homeserver-client.ts";
import type { MetricsApi } from "../../module-api/metrics-api.ts";
import type { ModuleDatabase } from "../../module-api/module-database.ts";

/** What the service does for TypeScript modules. */
export interface TypeScriptServices {
  readonly homeserver: HomeserverClient;
  readonly database: ModuleDatabase;
  readonly metrics: MetricsApi;
}
