import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load-config.ts";
import { askControl } from "../../../src/control/control-client.ts";
import { describeUser } from "../../../src/control/user/describe-user.ts";
import type { UserQuestion } from "../../../src/control/user/user-question.ts";
import type { UserReport } from "../../../src/control/user/user-report.ts";
import { openUserLook } from "../../../src/server/commands/user-look.ts";
import { captureLog } from "../../support/captured-log.ts";
import { FIXTURE_MODULES, type TestService } from "../../support/service.ts";

export const ALICE = "@alice:example.test";
export const BOB = "@bob:example.test";
export const ALLOWANCE = { typescript: join(FIXTURE_MODULES, "allowance.ts") };
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Has the running service do something. */
export function command({ folder }: Pick<TestService, "folder">, name: string, params: unknown): Promise<unknown> {
  return askControl(join(folder, "data", "control", "service.sock"), name, params);
}

/** What the running service tells of a user. */
export async function askService(
  service: Pick<TestService, "folder">,
  userId: string,
  upload?: UserQuestion["upload"],
): Promise<UserReport> {
  return (await command(service, "user", { userId, upload })) as UserReport;
}

/** What its configuration tells of a user, without the service. */
export async function askConfiguration(
  { folder }: Pick<TestService, "folder">,
  userId: string,
  upload?: UserQuestion["upload"],
): Promise<UserReport> {
  const { config } = loadConfig([join(folder, "media-bridge.yaml")]);
  const look = await openUserLook(config, captureLog(), { onProgress: () => undefined });
  try {
    return await describeUser({ userId, upload }, look);
  } finally {
    await look.close();
  }
}

/** A file with this text, in the service's folder. */
export function writeText({ folder }: Pick<TestService, "folder">, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
