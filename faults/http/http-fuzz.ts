import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { exchange, type Exchange } from "./exchange.ts";
import { breakRequest } from "./mutations.ts";
import { runSchemathesis, type SchemathesisResult } from "./schemathesis.ts";
import { SHAPES } from "./shapes.ts";
import { holdConnections } from "./slow-heads.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { ROOT } from "../support/root.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";
import { runCrowds } from "../crowd/crowd.ts";

/** Callbacks of both languages in one chain; none fails. */
const PYTHON_MODULE = `
class Gate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.config,
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_upload_limits_for_user=self.limits,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.spam)

    async def config(self, user_id):
        return None

    async def allowed(self, user_id, size):
        return size <= 100_000

    async def limits(self, user_id):
        return None

    async def spam(self, file_wrapper, file_info):
        pieces = []
        await file_wrapper.write_chunks_to(pieces.append)
        return b"".join(pieces).startswith(b"spam")
`;
const TYPESCRIPT_MODULE = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "limits",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: async () => ({ "m.upload.size": 100_000 }),
      isUserAllowedToUploadMediaOfSize: async () => true,
      getMediaUploadLimitsForUser: async (userId) =>
        userId.startsWith("@bob:") ? [{ maxBytes: 5000, timePeriodMs: 3_600_000 }] : null,
    });
  },
});
`;

/** After what was sent, so that the connection ends. */
const LAST = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const AT_ONCE = 8;

/** Counts a check, which failed where it says what is wrong. */
type Count = (what: string, wrong: string | undefined) => void;

/**
 * Sends the built service what clients should not send: requests generated from its description, and bytes that are
 * hardly HTTP. No answer may be a 500, none may be missing, and each must match the description. Afterwards the service
 * must be as well as before. Then crowds of clients misuse their connections.
 */
export async function runHttpFuzz({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  let [passed, failed] = [0, 0];
  const count: Count = (what, wrong) => {
    if (wrong === undefined) passed += 1;
    else {
      failed += 1;
      note(`${what}: ${wrong}`);
    }
  };
  // They share nothing but the processor, and both wait a lot.
  const programs = [
    fuzz({ short, seed, note }, count),
    runCrowds({ requests: short ? 2_400 : 100_000, seed, note, count }),
  ] as const;
  // Not before both have ended, so that neither leaves anything behind.
  const [fuzzed, crowded] = await Promise.allSettled(programs);
  if (fuzzed.status === "rejected") throw fuzzed.reason;
  if (crowded.status === "rejected") throw crowded.reason;
  return { passed: passed + fuzzed.value.passed, failed: failed + fuzzed.value.failed };
}

/** One service, and what clients should not send. Resolves to what schemathesis counted. */
async function fuzz({ short, seed, note }: FaultOptions, count: Count): Promise<FaultResult> {
  const folder = createFolder();
  try {
    const config = writeFuzzConfig(folder);
    const service = await startFaultyService(config);
    const port = Number(new URL(service.url).port);
    let made: SchemathesisResult;
    try {
      const mediaIds = await uploadSome(service);
      for (const { name, pieces, statuses, cut } of SHAPES) {
        // Answers come in order: after the last one, nothing is left that was taken for a request.
        const outcome = await exchange(port, pieces, cut ? {} : { answers: statuses.length, last: LAST });
        const seen = outcome.answers?.map(({ status }) => status).join();
        const isRight = seen === statuses.join() || seen === [...statuses, 200].join();
        count(name, findWrong(outcome) ?? (isRight ? undefined : `answered ${seen}`));
      }
      await holdConnections(port, short, count);
      const random = createRandom(seed);
      for (let round = 0; round < (short ? 40 : 2000); round += 1) {
        const broken = Array.from({ length: AT_ONCE }, () => breakRequest(random, mediaIds));
        const outcomes = await Promise.all(broken.map((pieces) => exchange(port, [...pieces, LAST], { answers: 1 })));
        for (const [index, outcome] of outcomes.entries()) count(JSON.stringify(broken[index]), findWrong(outcome));
      }
      made = await runSchemathesis({ url: service.url, seed, folder, mediaIds, maxExamples: short ? 5 : 200 });
      if (made.said !== "") note(made.said);
      count("afterwards", await findDamage(service));
    } finally {
      await service.end("SIGTERM");
    }
    count("the store", await findDifferences(config));
    return made;
  } finally {
    removeFolder(folder);
  }
}

function writeFuzzConfig(folder: string): string {
  writeFileSync(join(folder, "gate.py"), PYTHON_MODULE);
  writeFileSync(join(folder, "limits.ts"), TYPESCRIPT_MODULE);
  const path = writeFaultConfig(folder, {
    config: {
      modules: [{ module: "gate.Gate" }, { typescript: "./limits.ts" }, { module: "gate.Gate" }],
      max_upload_size: "1M",
      // The deprecated routes serve something then.
      enable_authenticated_media: false,
      // Nothing waits for longer than that for an upload, and ids are free again.
      unused_expiration_time: "1s",
      rc_media_create: { per_second: 100, burst_count: 100 },
    },
    mediaBridge: { upload: { idle_timeout: "1s" } },
  });
  // An administrator: others learn nothing from the admin API.
  const tokens = {
    "token-of-alice": { user_id: `@alice:${SERVER_NAME}`, admin: true },
    "token-of-bob": { user_id: `@bob:${SERVER_NAME}` },
  };
  writeFileSync(join(folder, "tokens.yaml"), JSON.stringify(tokens), { mode: 0o600 });
  return path;
}

async function uploadSome(service: FaultyService, text = "hello world"): Promise<string[]> {
  const bodies = [
    ["a.txt", "text/plain", text],
    ["", "image/png", "\x89PNG"],
    ["é/ü", "x/y; z=ä", ""],
  ] as const;
  return Promise.all(
    bodies.map(async ([name, type, body]) => {
      const path = `/_matrix/media/v3/upload?filename=${encodeURIComponent(name)}`;
      const answer = await service.request(path, { method: "POST", body, headers: { "Content-Type": type } });
      const { content_uri: uri = "" } = (await answer.json()) as { content_uri?: string };
      return uri.slice(`mxc://${SERVER_NAME}/`.length);
    }),
  );
}

/** What is wrong with answers to whatever was sent. */
function findWrong({ answers, received, hung }: Exchange): string | undefined {
  if (hung) return `no end of ${JSON.stringify(received)}`;
  if (answers === undefined) return `not HTTP: ${JSON.stringify(received)}`;
  const wrong = answers.find(({ status, headers, body }) => {
    if (status < 400) return false;
    const isMatrix = headers.get("access-control-allow-origin") === "*" && /^\{"errcode":"M_\w+","error":"/.test(body);
    return !isMatrix || (status >= 500 && status !== 504);
  });
  return wrong && `answered ${wrong.status} ${JSON.stringify(wrong.body)}`;
}

async function findDamage(service: FaultyService): Promise<string | undefined> {
  const health = await service.request("/health");
  // What was uploaded before may be quarantined by now, and its content with it.
  const [id = ""] = await uploadSome(service, "hello again");
  const download = await service.request(`/_matrix/client/v1/media/download/${SERVER_NAME}/${id}`);
  const text = `${await health.text()}, ${await download.text()}`;
  if (text !== "OK, hello again") return text;
  // A child that went down, a module that failed, a fault of the service itself: all of them are told there.
  return service
    .output()
    .split("\n")
    .find((line) => /"level":"?(?:warn|error|fatal|[4-6]0)\b/.test(line) || !/^(?:\{.*\})?$/.test(line));
}

async function findDifferences(config: string): Promise<string | undefined> {
  const args = [join(ROOT, "dist/cli/main.js"), "verify", "--config", config];
  return promisify(execFile)(process.execPath, args).then(
    () => undefined,
    (error: { stdout?: string }) => String(error.stdout),
  );
}
