import { join } from "node:path";
import type { ServiceStatus, SlotStatus } from "../../../src/status/service-status.ts";
import { findFreePort } from "../../support/free-port.ts";
import { FIXTURE_MODULES, startTestService, type TestService } from "../../support/service.ts";

/** Reads `/status.json`. Fails where it is not answered. */
export async function readStatus(port: number): Promise<ServiceStatus> {
  const answer = await fetch(`http://127.0.0.1:${port}/status.json`);
  if (!answer.ok) throw new Error(`the status is answered ${answer.status}`);
  return (await answer.json()) as ServiceStatus;
}

/** A service with the two doormen, and a listener on a port of its own. */
export async function startDoormen(): Promise<{ service: TestService; port: number }> {
  const port = await findFreePort();
  const service = await startTestService({
    config: {
      max_upload_size: 5000,
      modules: [{ module: "doorman.Doorman", config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }],
    },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  return { service, port };
}

/** What the status says of the callbacks of one kind. */
export function slotsOf(status: ServiceStatus, callback: string): readonly SlotStatus[] {
  return status.chains.find((chain) => chain.callback === callback)?.slots ?? [];
}
