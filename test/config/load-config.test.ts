import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadText, writeFolder } from "./folder.ts";

const HOMESERVER = join(import.meta.dirname, "fixtures/homeserver.yaml");

describe("a whole homeserver.yaml", () => {
  test("is used as it is, and what does not act on media yet is named", () => {
    const folder = writeFolder({
      "own.yaml": "media_bridge:\n  homeserver: {url: 'http://127.0.0.1:8008/', admin_token_file: ./token}\n",
    });
    const { config, warnings } = loadConfig([HOMESERVER, join(folder, "own.yaml")]);
    expect(config).toMatchObject({
      serverName: "matrix.example.com",
      publicBaseurl: "https://matrix.example.com/",
      mediaStorePath: "/var/lib/matrix-synapse/media",
      maxUploadSizeBytes: 100 * 2 ** 20,
      enableAuthenticatedMedia: true,
      mediaUploadLimits: [
        { maxBytes: 500 * 2 ** 20, timePeriodMs: 604_800_000, infoUri: "https://example.com/quota", canUpgrade: true },
        { maxBytes: 100 * 2 ** 20, timePeriodMs: 3_600_000, canUpgrade: false },
      ],
      modules: [
        { index: 0, language: "python", module: "synapse_quota.Quota", configJson: '{"daily":1.0,"free_plan":16}' },
      ],
    });
    expect(config.mediaBridge.jobs.localMediaLifetimeMs).toBe(7_776_000_000);
    expect(config.mediaBridge.homeserver?.url).toBe("http://127.0.0.1:8008");
    expect(warnings.map((warning) => /: (\w+): this service does not act/.exec(warning)?.[1])).toEqual([
      "enable_media_repo",
      "url_preview_enabled",
      "url_preview_ip_range_blacklist",
    ]);
  });
});

describe("defaults", () => {
  test("are used for everything that is not given", () => {
    const { config, warnings, folder } = loadText("");
    const decides = { deadlineMs: 30_000, onUnavailable: "refuse" };
    const notifies = { deadlineMs: 30_000, onUnavailable: "skip" };
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      serverName: "example.com",
      publicBaseurl: "https://example.com/",
      mediaStorePath: resolve("media_store"),
      maxUploadSizeBytes: 50 * 2 ** 20,
      mediaUploadLimits: [],
      enableAuthenticatedMedia: true,
      unusedExpirationMs: 86_400_000,
      maxPendingUploads: 5,
      createRateLimit: { perSecond: 10, burstCount: 50 },
      thumbnails: {
        sizes: [
          { width: 32, height: 32, method: "crop" },
          { width: 96, height: 96, method: "crop" },
          { width: 320, height: 240, method: "scale" },
          { width: 640, height: 480, method: "scale" },
          { width: 800, height: 600, method: "scale" },
        ],
        dynamic: false,
        maxPixels: 33_554_432,
      },
      modules: [],
      hasOwnModules: false,
      storageProviders: [],
      mediaBridge: {
        listen: { host: "127.0.0.1", port: 8800, xForwarded: false },
        homeserver: undefined,
        moduleDatabase: { homeserver: undefined, decidedBy: undefined },
        tokensFile: join(folder, "tokens.yaml"),
        dataPath: join(folder, "data"),
        database: { path: join(folder, "data/media.db") },
        durability: "full",
        enforce: "enforce",
        python: {
          path: [],
          environment: {},
          maxMemoryBytes: undefined,
          blockedAfterMs: 60_000,
          isolation: "shared",
          overrides: {},
          admission: { maxInFlight: 100, maxQueued: 1000, maxWaitMs: 750 },
          webMaxWaitMs: 10_000,
        },
        callbacks: {
          get_media_config_for_user: decides,
          is_user_allowed_to_upload_media_of_size: decides,
          get_media_upload_limits_for_user: decides,
          on_media_upload_limit_exceeded: notifies,
          check_media_file_for_spam: { ...decides, deadlineMs: 300_000 },
          on_media_uploaded: notifies,
          on_media_deleted: notifies,
        },
        storageProviders: { storeDeadlineMs: 600_000, fetchDeadlineMs: 300_000 },
        metrics: undefined,
        refusals: { keepForMs: 604_800_000, maxRows: 100_000 },
        jobs: {
          instance: "media_bridge",
          localMediaLifetimeMs: undefined,
          keepsProfiles: true,
          oldThumbnailsAfterMs: undefined,
        },
        rateLimits: { uploads: undefined, downloads: undefined },
        log: { level: "info", format: "auto" },
        upload: { idleTimeoutMs: 60_000 },
        download: { idleTimeoutMs: 60_000 },
        runBackgroundTasks: true,
        workerName: "media_bridge",
        shutdownGraceMs: 30_000,
      },
    });
  });

  test("Background tasks do not run beside a homeserver unless the configuration says so", () => {
    const own =
      "  homeserver: {url: 'https://hs.example.com/base/', cache_for: 0, grace: 2m, negative_cache_for: 1s, timeout: 1m}\n";
    expect(loadText("", own).config.mediaBridge).toMatchObject({
      homeserver: {
        url: "https://hs.example.com/base",
        cacheForMs: 0,
        graceMs: 120_000,
        negativeCacheForMs: 1000,
        timeoutMs: 60_000,
      },
      tokensFile: undefined,
      runBackgroundTasks: false,
    });
    expect(loadText("", `${own}  run_background_tasks: on\n`).config.mediaBridge.runBackgroundTasks).toBe(true);
  });

  test("are used also for a key of the service whose lines are all commented out", () => {
    const own = "  python:\n    # path: []\n  metrics:\n  homeserver:\n  log:\n    level:\n";
    const { mediaBridge } = loadText("", `${own}  tokens_file: t\n`).config;
    expect(mediaBridge).toMatchObject({
      metrics: undefined,
      homeserver: undefined,
      log: { level: "info", format: "auto" },
    });
  });
});

test("everything of ours can be set", () => {
  const { config, folder } = loadText(
    "enable_authenticated_media: no\npublic_baseurl: http://Localhost:80/base",
    `  listen: {path: run/media.sock, mode: '0600', x_forwarded: true}
  data_path: ../state
  database: {path: /srv/media.db}
  python:
    executable: ../venv/bin/python
    path: [python, /opt/modules]
    requirements: requirements.txt
    environment: {AWS_REGION: eu}
  callbacks:
    check_media_file_for_spam: {deadline: 2m, on_unavailable: skip}
    on_media_uploaded: {deadline: 5}
  metrics: {port: 9900}
  refusals: {keep_for: 2d, max_rows: 10}
  log: {level: debug}
  upload: {idle_timeout: 5s}
  worker_name: media1
`,
  );
  expect(config.publicBaseurl).toBe("http://Localhost:80/base/");
  expect(config.enableAuthenticatedMedia).toBe(false);
  expect(config.mediaBridge).toMatchObject({
    listen: { path: join(folder, "run/media.sock"), mode: 0o600, xForwarded: true },
    dataPath: resolve(folder, "../state"),
    database: { path: "/srv/media.db" },
    python: {
      executable: resolve(folder, "../venv/bin/python"),
      path: [join(folder, "python"), "/opt/modules"],
      requirements: join(folder, "requirements.txt"),
      environment: { AWS_REGION: "eu" },
    },
    metrics: { host: "127.0.0.1", port: 9900 },
    refusals: { keepForMs: 172_800_000, maxRows: 10 },
    log: { level: "debug", format: "auto" },
    upload: { idleTimeoutMs: 5000 },
    workerName: "media1",
  });
  expect(config.mediaBridge.callbacks.check_media_file_for_spam).toEqual({
    deadlineMs: 120_000,
    onUnavailable: "skip",
  });
  expect(config.mediaBridge.callbacks.on_media_uploaded).toEqual({ deadlineMs: 5, onUnavailable: "skip" });
});

test("the keys about media ids that are created first can be set, one of the rate limit alone as well", () => {
  const keys = "unused_expiration_time: 2s\nmax_pending_media_uploads: 0\nrc_media_create: {per_second: 0.17}";
  expect(loadText(keys).config).toMatchObject({
    unusedExpirationMs: 2000,
    maxPendingUploads: 0,
    createRateLimit: { perSecond: 0.17, burstCount: 50 },
  });
});

test("a Python executable without a slash stays a command", () => {
  expect(loadText("", "  python: {executable: python3.12}\n").config.mediaBridge.python.executable).toBe("python3.12");
});

test("limits come longest period first, equal ones as they were given", () => {
  const { config } = loadText(`media_upload_limits:
  - {time_period: 1h, max_size: 1}
  - {time_period: 1d, max_size: 2, info_uri: 'https://EXAMPLE.com'}
  - {time_period: 60m, max_size: 3}
  - {time_period: 24h, max_size: 4, info_uri: null}`);
  expect(config.mediaUploadLimits.map(({ maxBytes }) => maxBytes)).toEqual([2, 4, 1, 3]);
  expect(config.mediaUploadLimits[0]?.infoUri).toBe("https://example.com/");
  expect(config.mediaUploadLimits[1]).not.toHaveProperty("infoUri");
});

test("an empty info_uri of a limit is as good as none", () => {
  const { config } = loadText("media_upload_limits: [{time_period: 1d, max_size: 2, info_uri: ''}]");
  expect(config.mediaUploadLimits[0]).not.toHaveProperty("infoUri");
});

test.each(["max_size: true, time_period: 1d", "max_size: 1, time_period: true"])(
  "a limit of {%s} is refused, as by Synapse",
  (limit) => {
    expect(() => loadText(`media_upload_limits: [{${limit}}]`)).toThrow(/found true|found a boolean/);
  },
);

test("a configuration cannot be changed, at any depth", () => {
  const { config } = loadText("modules:\n  - {typescript: pkg, config: {deep: [{er: 1}]}}");
  expect(config.modules).toMatchObject([{ config: { deep: [{ er: 1 }] } }]);
  const parts: unknown[] = [config];
  for (const part of parts) {
    if (typeof part !== "object" || part === null) continue;
    expect(Object.isFrozen(part)).toBe(true);
    parts.push(...Object.values(part));
  }
});
