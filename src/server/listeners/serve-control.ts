import { z } from "zod";
import { runCall, runRecordedCall } from "../../control/call.ts";
import { listenForControl, type ControlHandlers } from "../../control/control-server.ts";
import { controlSocketPath } from "../../control/control-socket.ts";
import { MaintainParamsSchema, maintenanceOf } from "../../control/maintenance/maintenance.ts";
import { describeUser } from "../../control/user/describe-user.ts";
import { UserQuestionSchema } from "../../control/user/user-question.ts";
import type { Config } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { listModuleProblems } from "../../modules/loading/module-problems.ts";
import type { ServiceStatus } from "../../status/service-status.ts";
import type { Logger } from "../../util/log.ts";
import type { Generation } from "../generation.ts";
import { listNotEnforced } from "../modules/not-enforced.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

const CallParamsSchema = z.strictObject({
  callback: z.string(),
  args: z.array(z.string()),
  record: z.boolean().default(false),
});
const ProbeParamsSchema = z.strictObject({ word: z.string().min(16) });

/** The service as commands see it. */
export interface Controlled {
  /** A configuration, the modules that were loaded with it, what counts, and jobs; undefined until the service serves. */
  current(): Pick<Generation, "config" | "modules" | "probes" | "usage" | "jobs"> | undefined;
  reload(): Promise<void>;
  /** How it is doing; undefined until it serves. */
  status(): Promise<ServiceStatus> | undefined;
}

/**
 * Opens the control socket, by which `media-bridge` commands reach this service. Rejects with a StartError where it
 * cannot be made.
 */
export async function openControl(
  config: Config,
  log: Logger,
  service: Controlled,
  cleanup: ShutdownStack,
): Promise<void> {
  const { dataPath } = config.mediaBridge;
  const path = controlSocketPath(dataPath);
  if (path === undefined) {
    log.warn(
      { dataPath },
      "media_bridge.data_path is too long for a control socket: commands cannot reach this service",
    );
    return;
  }
  const handlers: ControlHandlers = {
    status: async () => ({ pid: process.pid, isServing: service.current() !== undefined }),
    reload: async () => {
      serving(service);
      await service.reload();
      const { config: reloaded, modules } = serving(service);
      return { problems: listModuleProblems(modules), notEnforced: listNotEnforced(reloaded, modules) };
    },
    report: async () => {
      serving(service);
      return service.status();
    },
    probe: async (params) => serving(service).probes.expect(ProbeParamsSchema.parse(params).word),
    call: async (params) => {
      const { callback, args, record } = CallParamsSchema.parse(params);
      const { config: running, modules } = serving(service);
      return (record ? runRecordedCall : runCall)(callback, args, modules, running);
    },
    jobs: async () => maintenanceOf(serving(service).jobs).list(),
    maintain: async (params) => {
      const { job, isTrial } = MaintainParamsSchema.parse(params);
      return maintenanceOf(serving(service).jobs).run(job, isTrial);
    },
    user: async (params) => {
      const { config: running, modules, usage } = serving(service);
      return describeUser(UserQuestionSchema.parse(params), { config: running, modules, ...usage });
    },
  };
  const server = await listenForControl(path, handlers, log);
  cleanup.add(() => void server.close());
}

function serving(service: Controlled) {
  const current = service.current();
  if (current === undefined) throw new StartError("LISTEN", "the service is still starting");
  return current;
}
