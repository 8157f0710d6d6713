import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { matrixError } from "../../src/errors.ts";
import { uploadBody } from "../../src/http/request/body.ts";
import type { Handler } from "../../src/http/routes/route.ts";
import { startTestService } from "../support/service.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { startSmallServer } from "./support/small-server.ts";

const ENDLESS: Handler = async (_req, res) => {
  const pieces = new Readable({ read: () => void pieces.push(Buffer.alloc(65_536)) });
  await pipeline(pieces, res).catch(() => undefined);
};

const refuse: Handler = () => {
  throw matrixError("UPLOAD_TOO_LARGE");
};
const ignore: Handler = (_req, res) => void res.end("ok");
/** Answers when the body has begun, and reads what comes of it. */
const answerEarly: Handler = async (req, res) => {
  await uploadBody(req, res, { idleTimeoutMs: 300 })
    .read(() => void (res.headersSent || res.end("early")))
    .catch(() => undefined);
};

describe("an answer of which the client takes nothing", () => {
  test("is ended after a while, and with it the connection", async () => {
    const { port, requests, log } = await startSmallServer({ "/endless": ENDLESS }, { answerIdleTimeoutMs: 100 });
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.send({ method: "GET", target: "/endless" });
    const line = await log.waitFor(({ facts }) => facts["route"] === "/endless");
    expect(line.facts["aborted"]).toBe(true);
    expect(requests.size).toBe(0);
    connection.socket.destroy();
  });

  test("is not an answer that is still being worked on: that takes as long as it needs", async () => {
    const answers: ((text: string) => void)[] = [];
    const held: Handler = (_req, res) => void answers.push((text) => res.end(text));
    const { port, log } = await startSmallServer({ "/endless": ENDLESS, "/held": held }, { answerIdleTimeoutMs: 100 });
    const patient = await RawConnection.open(port);
    patient.send({ method: "GET", target: "/held" });
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    // Another one has been ended meanwhile.
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.send({ method: "GET", target: "/endless" });
    await log.waitFor(({ facts }) => facts["route"] === "/endless");
    answers[0]?.("here");
    expect((await patient.answer()).body.toString()).toBe("here");
    for (const { socket } of [patient, connection]) socket.destroy();
  });

  test("is ended after download.idle_timeout", async () => {
    const service = await startTestService({ mediaBridge: { download: { idle_timeout: 100 } } });
    onTestFinished(() => service.stop());
    const mediaId = await service.upload(new Uint8Array(30_000_000));
    const connection = await RawConnection.open(service.port);
    connection.socket.pause();
    const target = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
    connection.send({ method: "GET", target, headers: [["Authorization", "Bearer token-of-alice"]] });
    const line = await service.log.waitFor(({ facts }) => facts["aborted"] === true);
    expect(line.facts["method"]).toBe("GET");
    connection.socket.destroy();
  });
});

describe("a body that is only thrown away", () => {
  test.each(["/refuse", "/ignore", "/early"])("%s and comes in drops is ended", async (target) => {
    const { port } = await startSmallServer(
      { "/refuse": refuse, "/ignore": ignore, "/early": answerEarly },
      { idleTimeoutMs: 300 },
    );
    const connection = await RawConnection.open(port);
    connection.send({ method: "POST", target, headers: [["Content-Length", "1000000"]] });
    const dripping = setInterval(() => connection.socket.write("x"), 20);
    onTestFinished(() => clearInterval(dripping));
    expect((await connection.answer()).status).toBe(target === "/refuse" ? 413 : 200);
    expect(["closed", "reset"]).toContain(await connection.closed);
  });

  test.each(["/refuse", "/ignore", "/early"])(
    "%s and comes steadily, for longer than a body may stall, leaves the connection open",
    async (target) => {
      const { port } = await startSmallServer(
        { "/refuse": refuse, "/ignore": ignore, "/early": answerEarly },
        { idleTimeoutMs: 300 },
      );
      const connection = await RawConnection.open(port);
      connection.send({ method: "POST", target, headers: [["Content-Length", "40000"]] });
      for (let sent = 0; sent < 40; sent += 1) {
        await connection.write(Buffer.alloc(1000));
        await setTimeout(20);
      }
      await connection.answer();
      connection.send({ method: "GET", target: "/ignore" });
      expect((await connection.answer()).body.toString()).toBe("ok");
      connection.socket.destroy();
    },
  );
});
