import { createServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { portOf } from "../http/support/bodies.ts";
import {
  ADMIN_TOKEN,
  APPSERVICE_TOKEN,
  startAskingService,
  type AskingService,
  type Raised,
} from "./asking-service.ts";
import { startScriptedHomeserver, type Scripted, type ScriptedHomeserver } from "./scripted-homeserver.ts";

const READ = 'await api.get_userinfo_by_id("@bob:example.test")';
const SEND = `await api.create_and_send_event_into_room(
    {"type": "m.room.message", "room_id": "!r:example.test", "sender": "@alice:example.test", "content": {}})`;
const SEND_PATH =
  "PUT /_matrix/client/v3/rooms/!r%3Aexample.test/send/m.room.message/TXN?user_id=%40alice%3Aexample.test";
const CREATE_PATH = "POST /_matrix/client/v3/createRoom?user_id=%40alice%3Aexample.test";

let homeserver: ScriptedHomeserver;
let service: AskingService;

beforeAll(async () => {
  homeserver = await startScriptedHomeserver();
  service = await startAskingService({ url: homeserver.url });
});
afterAll(async () => {
  await service?.stop();
  await homeserver?.stop();
});
beforeEach(() => {
  homeserver.script = {};
  homeserver.asked.length = 0;
});

const everything = (answer: Scripted) => ({ "*": answer });
const html: Scripted = (_req, res) =>
  void res.writeHead(200, { "Content-Type": "text/html" }).end("<html>hello</html>");
const silent: Scripted = () => undefined;
const stalled: Scripted = (_req, res) => {
  res.writeHead(200, { "Content-Type": "application/json" });
  res.write("{");
};
const hangUp: Scripted = (req) => void req.socket.destroy();
const tooLong: Scripted = (_req, res) => {
  res.writeHead(200, { "Content-Type": "application/json" });
  res.on("error", () => undefined).end(`"${"x".repeat(2 * 2 ** 20)}"`);
};
const endless: Scripted = (_req, res) => {
  res.writeHead(200, { "Content-Type": "application/json" });
  res.on("error", () => undefined).write(" ".repeat(2 * 2 ** 20));
};
const trickling: Scripted = (_req, res) => {
  res.writeHead(200, { "Content-Type": "application/json" });
  const timer = setInterval(() => res.write(" "), 10);
  res.on("error", () => undefined).on("close", () => clearInterval(timer));
};
const redirect: Scripted = (_req, res) => void res.writeHead(307, { Location: `${homeserver.url}/elsewhere` }).end();

const isA = (error: Raised, ...types: string[]) => types.every((type) => error.types.includes(type));

describe("No answer is RequestSendFailed", () => {
  let impatient: AskingService;
  beforeAll(async () => {
    impatient = await startAskingService({ url: homeserver.url, call_timeout: 300 });
  });
  afterAll(() => impatient?.stop());

  test.each<[string, Scripted]>([
    ["silence", silent],
    ["half an answer", stalled],
    ["one byte after the other", trickling],
    ["a connection that is closed", hangUp],
  ])("%s", async (_what, answer) => {
    homeserver.script = everything(answer);
    const read = await impatient.raised(READ);
    expect(read).toMatchObject({ can_retry: true });
    expect(isA(read, "RequestSendFailed")).toBe(true);
    const sent = await impatient.raised(SEND);
    expect(sent).toMatchObject({ can_retry: false });
    expect(isA(sent, "RequestSendFailed")).toBe(true);
    expect(isA(sent, "SynapseError")).toBe(false);
  });

  test("an address without a listener", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = portOf(server);
    server.close();
    await once(server, "close");
    const other = await startAskingService({ url: `http://127.0.0.1:${port}` }).catch((error: unknown) => error);
    // whoami cannot be answered either, so no request reaches a module: the service starts all the same.
    const answered = other as AskingService;
    expect((await answered.request("/health")).status).toBe(200);
    expect((await answered.request("/_matrix/client/v1/media/config", { as: "alice" })).status).toBe(503);
    await answered.stop();
  });
});

describe("A refusal", () => {
  test.each<[number, string]>([
    [403, "M_FORBIDDEN"],
    [404, "M_UNRECOGNIZED"],
    [429, "M_LIMIT_EXCEEDED"],
    [401, "M_UNKNOWN_TOKEN"],
    [500, "M_UNKNOWN"],
  ])("%i %s of a read is an HttpResponseException, and no answer for clients", async (status, errcode) => {
    homeserver.script = everything([status, { errcode, error: "Because", retry_after_ms: 5 }]);
    const error = await service.raised(READ);
    expect(error.code).toBe(status);
    expect(isA(error, "HttpResponseException")).toBe(true);
    expect(isA(error, "SynapseError")).toBe(false);
    const body = `
try: ${READ}
except Exception as error:
    outer = error.to_synapse_error()
    return [outer.code, outer.errcode, outer.msg, outer.error_dict(None).get("retry_after_ms"), error.response.decode()[:11]]`;
    expect(await service.run(body)).toEqual([status, errcode, "Because", 5, '{"errcode":']);
  });

  test("A refused action as a user is a SynapseError too, as inside a homeserver", async () => {
    homeserver.script = everything([403, { errcode: "M_FORBIDDEN", error: "Not in the room", more: 1 }]);
    const error = await service.raised(SEND);
    expect(error).toMatchObject({ code: 403, errcode: "M_FORBIDDEN", msg: "Not in the room" });
    expect(isA(error, "HttpResponseException", "SynapseError")).toBe(true);
    const body = `\ntry: ${SEND}\nexcept Exception as error: return error.error_dict(None)`;
    expect(await service.run(body)).toEqual({ errcode: "M_FORBIDDEN", error: "Not in the room", more: 1 });
  });

  test.each<[string, Scripted]>([
    ["401, about our token", [401, { errcode: "M_UNKNOWN_TOKEN", error: "Unknown" }]],
    ["429", [429, { errcode: "M_LIMIT_EXCEEDED", error: "Slow down" }]],
    ["502 with HTML", [502, "<html>"]],
    ["403 with HTML", [403, "<html>"]],
  ])("%s is not passed on to a client", async (_what, answer) => {
    homeserver.script = everything(answer);
    const error = await service.raised(SEND);
    expect(isA(error, "HttpResponseException")).toBe(true);
    expect(isA(error, "SynapseError")).toBe(false);
  });

  test("404 for a path that is not there does not mean a missing user", async () => {
    homeserver.script = everything([404, "<html>not found</html>"]);
    expect(await service.raised(READ)).toMatchObject({ code: 404 });
    const logged = service.log.lines.filter(({ message }) => message.includes("are url and tokens right?"));
    expect(logged.at(-1)?.facts).toMatchObject({ module: "asking.Asking", call: "get_user", status: 404 });
  });

  test("Redirects are not followed", async () => {
    homeserver.script = everything(redirect);
    expect(await service.raised(READ)).toMatchObject({ code: 307 });
    expect(homeserver.asked).toHaveLength(1);
  });
});

describe("An answer that cannot be used is an HttpResponseException with 502", () => {
  test.each<[string, Scripted]>([
    ["HTML", html],
    ["too long", tooLong],
    ["too long, and without a declared length", endless],
    ["another shape", [200, { name: 7 }]],
    ["no JSON object", [200, "[]"]],
    ["not UTF-8", (_req, res) => void res.end(Buffer.from('{"name":"\xff"}', "latin1"))],
  ])("%s", async (_what, answer) => {
    homeserver.script = everything(answer);
    const error = await service.raised(READ);
    expect(error.code).toBe(502);
    expect(isA(error, "HttpResponseException")).toBe(true);
  });

  test.each<[string, unknown]>([
    ["HTML", "<html>"],
    ["no state", {}],
    ["events without state keys", { state: [{ type: "m.x", content: {} }] }],
  ])("An unusable answer about room state is an HttpResponseException with 502: %s", async (_what, answer) => {
    homeserver.script = everything([200, answer]);
    expect(await service.raised('await api.get_room_state("!r:example.test")')).toMatchObject({ code: 502 });
  });

  test("Room state of some megabytes is read, of more than 15 MiB it is not", async () => {
    const count = 'return len(await api.get_room_state("!r:example.test"))';
    homeserver.script = everything([200, { state: members(4000) }]);
    expect(await service.run(count)).toBe(4000);
    homeserver.script = everything([200, { state: members(16_000) }]);
    expect(await service.raised(count)).toMatchObject({ code: 502 });
    const types =
      'return len(await api.get_room_state("!r:example.test", [("a", None), ("b", None), ("c", None), ("d", None)]))';
    homeserver.script = everything([200, { state: members(4000) }]);
    expect(await service.raised(types)).toMatchObject({ code: 502 });
  });
});

test("Where a connection is closed, an event is sent once more with its transaction, and nothing else that acts", async () => {
  homeserver.script = { [SEND_PATH]: hangUp, [CREATE_PATH]: hangUp };
  await service.raised(SEND);
  expect(homeserver.asked).toHaveLength(2);
  homeserver.asked.length = 0;
  await service.raised('await api.create_room("@alice:example.test", {})');
  expect(homeserver.asked).toHaveLength(1);
});

describe("What a callback lets through decides about the upload", () => {
  test("A homeserver that is down refuses it, and nothing is kept", async () => {
    homeserver.script = everything(hangUp);
    const response = await service.uploadUnder('return not await api.is_user_admin("@alice:example.test")');
    expect(await statusOf(response)).toEqual([500, "M_UNKNOWN"]);
    expect(service.files()).toEqual({});
  });

  test("A refusal of what the module does as a user is the client's answer, as in Synapse", async () => {
    homeserver.script = everything([403, { errcode: "M_FORBIDDEN", error: "Not in the room" }]);
    expect(await statusOf(await service.uploadUnder(SEND))).toEqual([403, "M_FORBIDDEN"]);
  });

  test("A refusal of our own token is not: the client would log out", async () => {
    homeserver.script = everything([401, { errcode: "M_UNKNOWN_TOKEN", error: "Unknown", soft_logout: false }]);
    expect(await statusOf(await service.uploadUnder(SEND))).toEqual([500, "M_UNKNOWN"]);
  });

  test("After all of these faults the module's calls work again", async () => {
    homeserver.script = everything([404, { errcode: "M_NOT_FOUND", error: "User not found" }]);
    const response = await service.uploadUnder('return not await api.is_user_admin("@alice:example.test")');
    expect(response.status).toBe(200);
  });
});

test("No log and no error contains a token", async () => {
  homeserver.script = everything((req, res) => void res.writeHead(403).end(req.headers.authorization));
  const { message } = await service.raised(READ);
  expect(message).not.toContain(ADMIN_TOKEN);
  expect(service.log.text()).not.toContain(ADMIN_TOKEN);
  expect(service.log.text()).not.toContain(APPSERVICE_TOKEN);
});

async function statusOf(response: Response): Promise<[number, string | undefined]> {
  return [response.status, ((await response.json()) as { errcode?: string }).errcode];
}

/** State events of about a kilobyte. */
function members(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    type: "m.room.member",
    state_key: `@user${index}:example.test`,
    content: { text: "x".repeat(1000) },
  }));
}
