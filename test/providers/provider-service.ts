import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";
import { PROVIDERS, removeFromStore, ScriptedProvider } from "../support/providers.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../support/service.ts";

/** A service with scripted providers, which the test speaks to. */
export interface ProviderService extends TestService {
  /** A download by alice. */
  download(mediaId: string): Promise<Response>;
  /** What an operator's clean-up job does. */
  remove(mediaId: string): void;
}

/** What ends with a test; one that runs beside others has its own, in its context. */
type Ending = Pick<TestContext, "onTestFinished">;

/** A scripted provider with a folder of its own, which goes when the test ends. */
export function scriptProvider(className?: string, test: Ending = { onTestFinished }): ScriptedProvider {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-provider-"));
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return new ScriptedProvider(folder, className);
}

/** Starts the service with these entries of `media_storage_providers`; it ends with the test. */
export async function startProviderService(
  entries: readonly object[],
  { config, ...options }: TestServiceOptions = {},
  test: Ending = { onTestFinished },
): Promise<ProviderService> {
  const service = await startTestService({
    ...options,
    pythonPath: [PROVIDERS, ...(options.pythonPath ?? [])],
    config: { media_storage_providers: entries, ...config },
  });
  test.onTestFinished(() => service.stop());
  return {
    ...service,
    download: (mediaId) =>
      service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" }),
    remove: (mediaId) => removeFromStore(join(service.folder, "media"), mediaId),
  };
}

/** The messages of the log at `error`, with what they say of the cause. */
export function errorsOf({ log }: TestService): string[] {
  return log.lines
    .filter(({ level }) => level === "error")
    .map(({ message, facts }) => `${message}: ${String(facts["err"])}`);
}
