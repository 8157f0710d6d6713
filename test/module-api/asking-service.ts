import { rmSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startTestService, type TestService } from "../support/service.ts";

const FIXTURES = new URL("../fixtures/module-api", import.meta.url).pathname;
const ErrorSchema = z.object({
  types: z.array(z.string()),
  message: z.string(),
  code: z.unknown(),
  errcode: z.unknown(),
  msg: z.unknown(),
  can_retry: z.unknown(),
});
const AnswerSchema = z.union([z.object({ error: ErrorSchema }), z.object({ result: z.unknown() })]);

export type Raised = z.infer<typeof ErrorSchema>;

/** A service whose one module runs what a test hands it (test/fixtures/module-api/asking.py). */
export interface AskingService extends TestService {
  /** Runs the body of an async function; what it returns, as JSON. Rejects where it raises. */
  run(body: string): Promise<unknown>;
  /** Runs one that is to raise. */
  raised(body: string): Promise<Raised>;
  /** Uploads while this body decides about it. */
  uploadUnder(body: string): Promise<Response>;
}

export const ADMIN_TOKEN = "secret-of-the-administrator";
export const APPSERVICE_TOKEN = "secret-of-the-appservice";

/** @param homeserver keys of `media_bridge.homeserver`; absent: tokens of a file, and no homeserver */
export async function startAskingService(
  homeserver?: Record<string, unknown>,
  mediaBridge: Record<string, unknown> = {},
): Promise<AskingService> {
  const scripts = mkdtempSync(join(tmpdir(), "media-bridge-asking-"));
  const script = join(scripts, "script.py");
  for (const [name, token] of [
    ["admin", ADMIN_TOKEN],
    ["appservice", APPSERVICE_TOKEN],
  ] as const) {
    writeFileSync(join(scripts, `${name}.token`), `${token}\n`, { mode: 0o600 });
  }
  const tokens = {
    admin_token_file: join(scripts, "admin.token"),
    appservice_token_file: join(scripts, "appservice.token"),
  };
  const service = await startTestService({
    pythonPath: [FIXTURES],
    config: { modules: [{ module: "asking.Asking", config: { script } }] },
    mediaBridge: {
      ...(homeserver && { tokens_file: null, homeserver: { ...tokens, ...homeserver } }),
      ...mediaBridge,
    },
  });
  const ask = async (body: string) => {
    writeFileSync(script, body);
    const response = await service.request("/_matrix/client/v1/media/config", { as: "alice" });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return AnswerSchema.parse(await response.json());
  };
  return {
    ...service,
    async run(body) {
      const answer = await ask(body);
      if ("error" in answer) throw new Error(`${answer.error.types[0]}: ${answer.error.message}`);
      return answer.result;
    },
    async raised(body) {
      const answer = await ask(body);
      if ("error" in answer) return answer.error;
      throw new Error(`nothing was raised: ${JSON.stringify(answer.result)}`);
    },
    async uploadUnder(body) {
      writeFileSync(`${script}.upload`, body);
      const response = await service.request("/_matrix/media/v3/upload", { method: "POST", body: "text", as: "alice" });
      rmSync(`${script}.upload`);
      return response;
    },
    async stop() {
      await service.stop();
      rmSync(scripts, { recursive: true });
    },
  };
}

/** The files of tokens, for a test that leaves one out: `null` counts as absent. */
export const NO_TOKENS = { admin_token_file: null, appservice_token_file: null };
