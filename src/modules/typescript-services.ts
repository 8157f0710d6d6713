import type { HomeserverClient } from "../homeserver/client/homeserver-client.ts";
import { NO_METRICS_API, type MetricsApi } from "../metrics/metrics-api.ts";
import { ModuleDatabaseError, type ModuleDatabase } from "./module-database.ts";

/** What the service does for TypeScript modules. */
export interface TypeScriptServices {
  readonly homeserver: HomeserverClient;
  readonly database: ModuleDatabase;
  readonly metrics: MetricsApi;
}

/** For modules that are only looked at: nothing is counted, no database is opened, no homeserver is asked. */
export async function createHeldBackServices(): Promise<TypeScriptServices> {
  const { openHomeserver } = await import("../homeserver/client/homeserver.ts");
  return {
    homeserver: openHomeserver({ url: undefined, adminToken: undefined, appserviceToken: undefined, timeoutMs: 0 })
      .client,
    database: { transaction: refuseTransaction },
    metrics: NO_METRICS_API,
  };
}

async function refuseTransaction(): Promise<never> {
  throw new ModuleDatabaseError("UNAVAILABLE", "held back during a check");
}
