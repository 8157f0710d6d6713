import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { PROVIDERS } from "../../../support/providers.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../../support/service.ts";
import { ADMIN } from "../../support/administration.ts";

/** After everything that a test does, in milliseconds since the epoch. */
export const LATER = 4_000_000_000_000;

/** A service that finds the scripted providers; it stops with the test. */
export async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService({ ...options, pythonPath: [PROVIDERS] });
  onTestFinished(() => service.stop());
  return service;
}

/** The status and the body of what the administrator is answered. */
export async function ask(
  service: TestService,
  method: string,
  path: string,
): Promise<[number, Record<string, unknown>]> {
  const answer = await service.request(ADMIN + path, { method, as: "admin" });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

/** A folder that is removed with the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-deletion-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
