import type { ServiceStatus } from "../../src/status/service-status.ts";

const STARTED_TS = Date.UTC(2026, 0, 1);

/** A service that has been up for a day, with one of everything. */
export function sampleStatus(): ServiceStatus {
  return {
    takenTs: STARTED_TS + 90_061_000,
    startedTs: STARTED_TS,
    version: "0.1.0",
    node: "24.0.0",
    pid: 4711,
    serverName: "example.test",
    mode: "repository",
    problem: null,
    notEnforced: [],
    uploads: { stored: 1234, storedBytes: 5 * 2 ** 20, refused: 3, wouldBeRefused: 0 },
    modules: [{ name: "doorman.Doorman", language: "python", child: "shared", isEnforced: true }],
    chains: [
      {
        callback: "is_user_allowed_to_upload_media_of_size",
        slots: [
          {
            module: "doorman.Doorman",
            isEnforced: true,
            asked: 1240,
            continued: 1234,
            stopped: 3,
            failed: 1,
            late: 1,
            unavailable: 1,
            micros: { p50: 120, p95: 12_500, p99: 2_400_000 },
            lastMicros: [120, 130, 2_400_000],
          },
        ],
      },
    ],
    queues: [
      { name: "requests", underWay: 2, waiting: null },
      { name: "files for s3", underWay: null, waiting: 7 },
    ],
    children: [{ name: "shared", state: "up", restarts: 1, inFlight: 2, queued: 0, refused: 0 }],
    shadows: [
      {
        module: "doorman.Doorman",
        candidate: "doorman",
        state: "running",
        problem: null,
        share: 0.125,
        decide: 0.1,
        asked: 1000,
        dropped: 2,
        waiting: 4,
        restarts: 1,
        cpuSeconds: 1.25,
        heldBack: { homeserver: 0, request: 3, write: 2, background: 1, media: 0 },
      },
    ],
    jobs: [
      {
        name: "media_retention",
        isRunning: false,
        endedTs: STARTED_TS + 3_600_000,
        done: 1200,
        failed: 0,
        lastError: "the homeserver does not answer",
        nextTs: STARTED_TS + 7_200_000,
      },
      { name: "unused_ids", isRunning: true, endedTs: null, done: 3, failed: 0, lastError: null, nextTs: null },
    ],
    storage: [{ name: "database", freeBytes: 3 * 2 ** 30, totalBytes: null, usedBytes: 4096 }],
    refusals: [
      {
        refusedTs: STARTED_TS,
        user: "0123456789",
        route: "/_matrix/media/…/upload",
        sizeBytes: 5001,
        isEnforced: true,
        status: 413,
        module: null,
        callback: null,
        setting: "max_upload_size",
        answeredBy: null,
        code: "UPLOAD_TOO_LARGE",
        errcode: "M_TOO_LARGE",
      },
    ],
  };
}
