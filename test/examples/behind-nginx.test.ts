import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT, readMediaId, startExample, type ExampleService } from "./example-service.ts";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
const AUTHORIZATION = { Authorization: "Bearer try-out-token-of-bob" };

let service: ExampleService;

beforeAll(async () => {
  // Whoami needs a Synapse; everything else is as the example has it.
  const tokens = join(PROJECT, "examples/quick-start/tokens.yaml");
  service = await startExample("behind-nginx", { mediaBridge: { homeserver: undefined, tokens_file: tokens } });
});
afterAll(() => service.stop());

test("The service of the example starts and takes an upload", async () => {
  expect((await service.upload("hello", "bob")).status).toBe(200);
});

describe.runIf(hasNginx)("Through nginx", () => {
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ url, stop } = await startNginx(service.port));
  });
  afterAll(() => stop());

  test("An upload is stored and comes back", async () => {
    const headers = { ...AUTHORIZATION, "Content-Type": "text/plain" };
    const mediaId = await readMediaId(
      await fetch(`${url}/_matrix/media/v3/upload`, { method: "POST", headers, body: "hello" }),
    );
    const response = await fetch(`${url}/_matrix/client/v1/media/download/example.test/${mediaId}`, { headers });
    expect(await response.text()).toBe("hello");
  });

  test.each([21, 60])("A refused body of %i MB is answered with our JSON, and not reset", async (megabytes) => {
    const { status, text } = await sendWholeBody(`${url}/_matrix/media/v3/upload`, megabytes);
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ errcode: "M_TOO_LARGE" });
  });

  test("An upload in chunks gets through", async () => {
    const { status } = await sendWholeBody(`${url}/_matrix/media/v3/upload`, 3, { "Transfer-Encoding": "chunked" });
    expect(status).toBe(200);
  });

  test("A path of Synapse's is not sent to the service", async () => {
    const response = await fetch(`${url}/_matrix/client/versions`);
    expect(response.status).toBe(502);
  });
});

/** The example's nginx.conf with other ports, as a process of its own. */
async function startNginx(port: number): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-nginx-"));
  const [own, nobody] = await Promise.all([findFreePort(), findFreePort()]);
  const example = readFileSync(join(PROJECT, "examples/behind-nginx/nginx.conf"), "utf8");
  const conf = join(folder, "nginx.conf");
  writeFileSync(
    conf,
    example.replace("8800", String(port)).replace("8880", String(own)).replace("8008", String(nobody)),
  );
  const nginx = execa("nginx", ["-p", folder, "-c", conf], { reject: false, buffer: false });
  const ready = new Promise<void>((found) => {
    createInterface({ input: nginx.stderr }).on("line", (line) => {
      if (line.includes("start worker process ")) found();
    });
  });
  await Promise.race([ready, nginx.then(() => Promise.reject(new Error("nginx did not start")))]);
  return {
    url: `http://127.0.0.1:${own}`,
    async stop() {
      nginx.kill("SIGTERM");
      await nginx;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Sends a body to its end, also when the answer is there before; rejects where the connection breaks. */
async function sendWholeBody(
  url: string,
  megabytes: number,
  headers: Record<string, string> = { "Content-Length": String(megabytes * 1_000_000) },
): Promise<{ status: number | undefined; text: string }> {
  const outgoing = request(url, { method: "POST", headers: { ...AUTHORIZATION, ...headers }, agent: false });
  const sent = once(outgoing, "finish");
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    outgoing.on("error", reject).on("response", (response) => {
      let text = "";
      response.on("error", reject).on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
  });
  const piece = Buffer.alloc(1_000_000);
  for (let sentPieces = 0; sentPieces < megabytes; sentPieces += 1) outgoing.write(piece);
  outgoing.end();
  const [answer] = await Promise.all([answered, sent]);
  return answer;
}
