import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { python } from "../../web/service.ts";
import { refusalOf } from "../support/bodies.ts";
import { uploadFiles } from "../support/disk.ts";
import { askWithManyLines, FRAMINGS, type Framing } from "../support/many-lines.ts";
import { create } from "../support/pending-media.ts";
import { RawConnection } from "../support/raw-connection.ts";

const TYPESCRIPT = new URL("../../fixtures/modules/web.ts", import.meta.url).pathname;
/** Tells the log of every upload that it is asked about. */
const WITNESS = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "witness",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: async (_user, size) => {
        api.log.info({}, "asked about " + size);
        return true;
      },
    });
  },
});
`;

let folder: string;
let service: TestService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  writeFileSync(join(folder, "witness.ts"), WITNESS);
  const modules = [
    { typescript: join(folder, "witness.ts") },
    python({ "/_synapse/client/py": "upload" }),
    { typescript: TYPESCRIPT, config: { paths: ["/_synapse/client/ts"] } },
  ];
  const config = { rc_media_create: { per_second: 1000, burst_count: 1000 }, max_pending_media_uploads: 1000 };
  service = await startTestService({ folder, config: { ...config, modules } });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ROUTES = [
  ["POST", "/_matrix/media/v3/upload", "content_uri"],
  ["PUT", "/_matrix/media/v3/upload/example.test/{id}", "{}"],
  ["POST", "/_matrix/media/v1/create", "content_uri"],
  ["PUT", "/_synapse/client/py", '"length":5'],
  ["POST", "/_synapse/client/ts", '"length":5'],
] as const;
const CASES = ROUTES.flatMap(([method, target, expected]) =>
  (Object.keys(FRAMINGS) as Framing[]).map((framing) => ({ method, target, framing, expected })),
);

const targetOf = async (target: string) => target.replace("{id}", (await create(service)).mediaId);
const asked = () => service.log.lines.filter(({ message }) => message.startsWith("asked about"));

describe.each(CASES)("$method $target with $framing", ({ method, target, framing, expected }) => {
  const uploads = target.includes("/upload");

  test("is served where 500 header lines come before the body", async () => {
    const path = await targetOf(target);
    const before = asked().length;
    const answer = await askWithManyLines(service.port, { method, target: path, framing, lines: 500 });
    expect([answer.status, answer.isClosed]).toEqual([200, false]);
    expect(answer.text.replaceAll(" ", "")).toContain(expected);
    expect(
      asked()
        .slice(before)
        .map(({ message }) => message),
    ).toEqual(uploads ? ["asked about 5"] : []);
  });

  test.each([501, 1010])("is refused where %i do: nothing is asked, served or stored", async (lines) => {
    const path = await targetOf(target);
    const before = { files: uploadFiles(service), asked: asked().length };
    const answer = await askWithManyLines(service.port, { method, target: path, framing, lines });
    expect(refusalOf(answer)).toEqual([431, "M_TOO_LARGE"]);
    expect(answer.headers).toMatchObject({ connection: "close", "access-control-allow-origin": "*" });
    expect(answer.isClosed).toBe(true);
    expect({ files: uploadFiles(service), asked: asked().length }).toEqual(before);
  });
});

describe("the number of header lines", () => {
  test("is not bounded again in the Python child, nor is their size", async () => {
    const lines = Array.from({ length: 498 }, (_, index) => [`x-${index}`, "v".repeat(26)] as const);
    const headers = [...lines, ["Content-Length", "5"] as const];
    const answer = await RawConnection.ask(service.port, {
      method: "PUT",
      target: "/_synapse/client/py",
      headers,
      body: "hello",
    });
    expect([answer.status, answer.body.toString().replaceAll(" ", "")]).toEqual([
      200,
      expect.stringContaining('"length":5'),
    ]);
  });

  test("is that of all routes, and of paths that nothing serves", async () => {
    for (const target of ["/health", "/nowhere", "/_matrix/client/v1/media/download/example.test/abc"]) {
      const answer = await askWithManyLines(service.port, { method: "GET", target, framing: "a length", lines: 1010 });
      expect([...refusalOf(answer), answer.isClosed]).toEqual([431, "M_TOO_LARGE", true]);
    }
  });

  test("leaves a client that is still sending its body the time to read why it was refused", async () => {
    const connection = await RawConnection.open(service.port);
    const lines = Array.from({ length: 1010 }, () => ["te", ""] as const);
    const headers = [...lines, ["Content-Length", "8000000"] as const];
    connection.send({ method: "POST", target: "/_matrix/media/v3/upload", headers });
    for (let sent = 0; sent < 8_000_000; sent += 250_000) await connection.write(Buffer.alloc(250_000));
    expect((await connection.answer()).status).toBe(431);
    expect(await connection.closed).toBe("closed");
  });

  test("Trailers are bounded as well: the parser refuses a length among them, and many are too large", async () => {
    const chunked = [
      ["Transfer-Encoding", "chunked"],
      ["Authorization", "Bearer token-of-alice"],
    ] as const;
    const ask = (trailers: string) =>
      RawConnection.ask(service.port, {
        method: "POST",
        target: "/_matrix/media/v3/upload",
        headers: chunked,
        body: `5\r\nhello\r\n0\r\n${trailers}\r\n`,
      });
    const before = uploadFiles(service);
    expect((await ask(`${"te:\r\n".repeat(1010)}Content-Length: 5\r\n`)).status).toBe(400);
    expect((await ask("te:\r\n".repeat(10_000))).status).toBe(431);
    expect(uploadFiles(service)).toEqual(before);
  });
});
