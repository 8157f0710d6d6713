import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HEAD, openConnection, SMALL_BYTES, upload } from "../../../faults/restarts/uploads.ts";
import { startActivated, type ActivatedService } from "../../../faults/support/activated-service.ts";
import { CliFolder } from "../../support/cli.ts";

let service: ActivatedService;

beforeAll(async () => {
  const folder = new CliFolder();
  service = await startActivated(folder.path, folder.config);
});
afterAll(() => service.stop());

test("A connection on which nothing comes is closed, and does not hold up the restart for the whole grace", async () => {
  const silent = await openConnection(service.port);
  await upload(service.port, SMALL_BYTES, { agent: false });
  const closed = once(silent.resume(), "close");
  expect(await service.restart()).toBe(0);
  await closed;
  await upload(service.port, SMALL_BYTES, { agent: false });
});

test("An upload whose body takes its time is finished by the process that took it, and its answer closes the connection", async () => {
  const slow = request({ port: service.port, host: "127.0.0.1", method: "POST", path: "/_matrix/media/v3/upload", headers: { ...HEAD, "Content-Length": 10, Expect: "100-continue" }, agent: new Agent({ keepAlive: true }) }); // prettier-ignore
  const answered = once(slow, "response") as Promise<[IncomingMessage]>;
  // It has been accepted: this process asks for the body.
  const asked = once(slow, "continue");
  slow.flushHeaders();
  await asked;
  slow.write("hello");
  const { stopping, ready } = service.beginRestart();
  await stopping;
  slow.end("world");
  const [response] = await answered;
  response.resume();
  expect([response.statusCode, response.headers.connection]).toEqual([200, "close"]);
  expect(await ready).toBe(0);
});
