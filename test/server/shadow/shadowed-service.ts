import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { ShadowStatus } from "../../../src/shadow/run/shadow-status.ts";
import type { ServiceStatus } from "../../../src/status/service-status.ts";
import { findFreePort } from "../../support/free-port.ts";
import { startTestService, type TestService } from "../../support/service.ts";

/** A service whose first module has a shadow, in a folder of its own. */
export interface ShadowedService extends TestService {
  status(): Promise<ServiceStatus>;
  shadow(): Promise<ShadowStatus>;
  /** Waits until the shadow is in a state, or has been asked so often. */
  until(holds: (shadow: ShadowStatus) => boolean, timeoutMs?: number): Promise<ShadowStatus>;
  /** The lines that modules wrote to `trace`, parsed. */
  trace(): unknown[][];
  /** The same, in one order whatever theirs was. */
  sortedTrace(): unknown[][];
}

export interface ShadowedOptions {
  /** Files by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly modules: readonly object[];
  readonly config?: Record<string, unknown>;
  readonly mediaBridge?: Record<string, unknown>;
}

/** Starts a service over modules that lie in its folder; ends with the test. */
export async function startShadowed({ files, modules, ...options }: ShadowedOptions): Promise<ShadowedService> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-shadow-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "trace"), "");
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text.replaceAll("TRACE", JSON.stringify(join(folder, "trace"))));
  }
  const port = await findFreePort();
  const service = await startTestService({
    folder,
    pythonPath: [folder],
    config: { modules, ...options.config },
    mediaBridge: { metrics: { host: "127.0.0.1", port }, ...options.mediaBridge },
  });
  onTestFinished(() => service.stop());
  const status = async () => (await (await fetch(`http://127.0.0.1:${port}/status.json`)).json()) as ServiceStatus;
  const shadow = async () => {
    const [first] = (await status()).shadows;
    if (first === undefined) throw new Error("there is no shadow");
    return first;
  };
  const trace = () =>
    readFileSync(join(folder, "trace"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown[]);
  return {
    ...service,
    status,
    shadow,
    until: (holds, timeoutMs = 45_000) =>
      vi.waitFor(
        async () => {
          const now = await shadow();
          if (!holds(now)) throw new Error(`it is ${JSON.stringify(now)}`);
          return now;
        },
        { timeout: timeoutMs, interval: 25 },
      ),
    trace,
    sortedTrace: () => trace().toSorted(byText),
  };
}

/** A TypeScript module that writes each question to `trace`, under a name, and answers as told. */
export function tracingModule(name: string, { allows = "true", more = "" } = {}): string {
  return `
import { appendFileSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";

const trace = (callback, ...args) => appendFileSync(TRACE, JSON.stringify(["${name}", callback, ...args]) + "\\n");

export default defineModule({
  name: "${name}",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize(user, size) {
        trace("allowed", user, size);
        return ${allows};
      },
      getMediaConfigForUser(user) {
        trace("config", user);
        return { "m.upload.size": 1 };
      },
      getMediaUploadLimitsForUser(user, size) {
        trace("limits", user, size);
        return [{ maxBytes: 10, timePeriodMs: 60_000 }];
      },
      onMediaUploadLimitExceeded(user, limit, sent, attempted) {
        trace("exceeded", user, limit.maxBytes, sent, attempted);
      },
      onMediaUploaded: (user, id, size) => trace("uploaded", user, id, size),
      onMediaDeleted: (id) => trace("deleted", id),
    });
    ${more}
  },
});
`;
}

/** The same in Python. */
export function tracingPython(name: string, { allows = "True", more = "pass" } = {}): string {
  return `
import json

from synapse.module_api import MediaUploadLimit


def trace(*args):
    with open(TRACE, "a") as out:
        out.write(json.dumps(["${name}", *args]) + "\\n")


class Module:
    def __init__(self, config, api):
        self.api = api
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_config_for_user=self.config,
            get_media_upload_limits_for_user=self.limits,
            on_media_upload_limit_exceeded=self.exceeded,
        )
        self.more()

    def more(self):
        ${more}

    async def allowed(self, user, size):
        trace("allowed", user, size)
        return ${allows}

    async def config(self, user):
        trace("config", user)
        return {"m.upload.size": 1}

    async def limits(self, user, size):
        trace("limits", user, size)
        return [MediaUploadLimit(max_bytes=10, time_period_ms=60_000)]

    async def exceeded(self, user, limit, sent, attempted):
        trace("exceeded", user, limit.max_bytes, sent, attempted)
`;
}

/** Sorts what JSON can say. */
export function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
