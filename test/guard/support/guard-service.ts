import { once } from "node:events";
import { request as httpRequest, type ClientRequest } from "node:http";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, vi } from "vitest";
import { startTestService, type TestService, type TestServiceOptions } from "../../support/service.ts";
import { StubSynapse } from "./stub-synapse.ts";

/** A limit of the configuration, under which every test of a guard uploads. */
export const LIMIT_BYTES = 1_000_000;
/** As much as one user may upload: a reservation that was not given back shows at once. */
export const ALL = Buffer.alloc(LIMIT_BYTES, 7);

/** A service that guards a stub, without modules: bodies are streamed. */
export interface GuardService {
  readonly service: TestService;
  readonly synapse: StubSynapse;
  /** An upload that the test sends piece by piece. */
  open(headers: Record<string, string>): ClientRequest;
  upload(body: string | Uint8Array): Promise<{ status: number; text: string; headers: Headers }>;
  /** Rows of one of the service's tables. */
  rows(sql: string): Record<string, unknown>[];
  /** What is left of uploads in transit. */
  spooled(): string[];
  stop(): Promise<void>;
}

export interface GuardOptions extends TestServiceOptions {
  /** How long Synapse may do nothing. */
  readonly timeoutMs?: number;
  readonly xForwarded?: boolean;
  /** Tokens are checked by the stub, which is asked for media with the token of `folder`/admin-token. */
  readonly asAdministrator?: boolean;
  /** A SQLite file in the place of Synapse's own. */
  readonly homeserverDatabase?: string;
  /** One that is there already. */
  readonly synapse?: StubSynapse;
}

export async function startGuard(options: GuardOptions = {}): Promise<GuardService> {
  const synapse = options.synapse ?? (await StubSynapse.start());
  const path = options.homeserverDatabase;
  const homeserver = {
    url: synapse.url,
    admin_token_file: "./admin-token",
    ...(path !== undefined && { database: { name: "sqlite3", args: { database: path } } }),
  };
  const service = await startTestService({
    ...options,
    config: { media_upload_limits: [{ time_period: "1h", max_size: LIMIT_BYTES }], ...options.config },
    mediaBridge: {
      listen: { host: "127.0.0.1", port: 0, x_forwarded: options.xForwarded === true },
      ...(options.asAdministrator && { tokens_file: undefined, homeserver }),
      ...options.mediaBridge,
      upstream: {
        url: synapse.url,
        timeout: options.timeoutMs ?? 10_000,
        ...(options.mediaBridge?.["upstream"] as object | undefined),
      },
    },
  });
  const rows = (sql: string) => {
    const database = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
    try {
      return database.prepare(sql).all() as Record<string, unknown>[];
    } finally {
      database.close();
    }
  };
  return {
    service,
    synapse,
    open(headers) {
      const request = httpRequest(`${service.url}/_matrix/media/v3/upload`, {
        method: "POST",
        agent: false,
        headers: { Authorization: "Bearer token-of-alice", ...headers },
      });
      return request.on("error", () => undefined);
    },
    async upload(body) {
      const init = { method: "POST", body: body as string, as: "alice" as const };
      const answer = await service.request("/_matrix/media/v3/upload", init);
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
    rows,
    spooled: () => readdirSync(join(service.folder, "data", "spool")),
    async stop() {
      await service.stop();
      await synapse.stop();
    },
  };
}

/** The status and the text of what comes back. */
export async function answerOf(request: ClientRequest): Promise<{ status: number; text: string }> {
  const [response] = (await once(request, "response")) as [AsyncIterable<Buffer> & { statusCode?: number }];
  let text = "";
  for await (const chunk of response) text += chunk.toString();
  return { status: response.statusCode ?? 0, text };
}

/** Nothing of the upload is remembered, and the whole quota is there again. */
export async function expectNothingKept(guard: GuardService): Promise<void> {
  expect(guard.rows("select * from media_bridge_uploads")).toEqual([]);
  await vi.waitFor(() => {
    expect(guard.rows("select * from media_bridge_upstream_pending where doubted_ts is null")).toEqual([]);
  });
  expect(guard.spooled()).toEqual([]);
  guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
  expect((await guard.upload(Buffer.alloc(LIMIT_BYTES, 7))).status).toBe(200);
}

/** Whether the user's usage is to be read from Synapse again. */
export function isDoubted(guard: GuardService): boolean {
  return guard.rows("select * from media_bridge_upstream_pending where doubted_ts is not null").length > 0;
}
