import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refuseFormBody } from "../../../src/http/request/form-body.ts";
import { RawConnection, type RawAnswer } from "../../http/support/raw-connection.ts";
import { testPython } from "../../support/python.ts";
import { startGuard, type GuardService } from "../support/guard-service.ts";

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=x";
const BODY = "access_token=token-of-bob&filename=other.png";
const UPLOAD = "/_matrix/media/v3/upload?filename=mine.png";

let guard: GuardService;
beforeAll(async () => {
  guard = await startGuard();
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
});
afterAll(() => guard.stop());

/** A request by alice with such `Content-Type` headers. */
function send(method: string, target: string, types: readonly string[], body = BODY): Promise<RawAnswer> {
  const headers = [
    ["Authorization", "Bearer token-of-alice"] as const,
    ...types.map((type) => ["Content-Type", type] as const),
  ];
  return RawConnection.ask(guard.service.port, { method, target, headers, body });
}

describe("A POST whose body Synapse could take for a form", () => {
  const TYPES = [
    [[FORM]],
    [[FORM.toUpperCase()]],
    [[`${FORM}; charset=utf-8`]],
    [[` \t${FORM}\t`]],
    [[`\xa0${FORM}`]],
    [["=?utf-8?q?application?=/x-www-form-urlencoded"]],
    [["=?utf-8?b?YXBwbGljYXRpb24veC13d3ctZm9ybS11cmxlbmNvZGVk?="]],
    [["image/png", FORM]],
    [[FORM, "image/png"]],
    [[MULTIPART]],
    [["Multipart/Form-Data; boundary=x"]],
  ];

  test.each(TYPES)("is refused with 415 where an upload comes as %j", async (types) => {
    const answer = await send("POST", UPLOAD, types);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      415,
      { errcode: "M_UNKNOWN", error: expect.stringMatching(/name another one.*curl/) },
    ]);
    expect(guard.synapse.requests).toEqual([]);
  });

  test.each(TYPES)("is refused with 415 where an id is to be created and it comes as %j", async (types) => {
    expect((await send("POST", "/_matrix/media/v1/create", types)).status).toBe(415);
    expect(guard.synapse.requests).toEqual([]);
  });

  test.each(["r0", "v1"])(
    "is refused on the path of %s too, before the homeserver is asked who sends it",
    async (version) => {
      const request = { method: "POST", target: `/_matrix/media/${version}/upload`, body: BODY };
      const headers = [["Content-Type", FORM]] as const;
      expect((await RawConnection.ask(guard.service.port, { ...request, headers })).status).toBe(415);
    },
  );
});

test.each([[["image/png"]], [["text/plain; charset=utf-8"]], [["application/x-www-form"]], [[]]])(
  "A POST of another type reaches Synapse with it: %j",
  async (types) => {
    expect((await send("POST", UPLOAD, types)).status).toBe(200);
    expect(guard.synapse.requests).toMatchObject([{ url: UPLOAD, body: Buffer.from(BODY) }]);
    expect(guard.synapse.requests[0]?.headers["content-type"]).toBe(types[0]);
  },
);

test("A PUT with a form reaches Synapse, which reads forms of a POST alone", async () => {
  const created = JSON.parse((await send("POST", "/_matrix/media/v1/create", [], "{}")).body.toString()) as {
    content_uri: string;
  };
  const target = `/_matrix/media/v3/upload/${created.content_uri.slice("mxc://".length)}`;
  expect((await send("PUT", target, [FORM])).status).toBe(200);
  expect(guard.synapse.uploads).toMatchObject([{ method: "PUT", body: Buffer.from(BODY) }]);
});

test("Whatever Twisted takes for a form is refused", () => {
  const types = [FORM, "multipart/form-data"].flatMap((form) => variantsOf(form));
  const script = `
import json, sys
from twisted.web.http import _parseContentType
def reads(text):
    try:
        return _parseContentType(text.encode("latin1")).decode("latin1")
    except Exception:
        return None
print(json.dumps([reads(text) for text in json.load(sys.stdin)]))`;
  const read = JSON.parse(
    execFileSync(testPython(), ["-c", script], { input: JSON.stringify(types), encoding: "utf8" }),
  ) as (string | null)[];
  const forms = types.filter((_type, index) => read[index] === FORM || read[index] === "multipart/form-data");
  expect(forms.length).toBeGreaterThan(50);
  for (const type of forms) {
    expect(() => refuseFormBody({ rawHeaders: ["Content-Type", type] })).toThrow("Content-Type of a form");
  }
});

/** A media type with one byte more, with another one in its place, and as encoded words. */
function variantsOf(type: string): string[] {
  const bytes = Array.from({ length: 256 }, (_none, code) => String.fromCharCode(code));
  const places = Array.from({ length: type.length + 1 }, (_none, place) => place);
  return [
    type,
    type.toUpperCase(),
    ...places.flatMap((place) => bytes.map((byte) => type.slice(0, place) + byte + type.slice(place))),
    ...places.flatMap((place) => bytes.map((byte) => type.slice(0, place) + byte + type.slice(place + 1))),
    ...places.map((place) => `=?utf-8?q?${type.slice(0, place)}?=${type.slice(place)}`),
    ...places.map((place) => `${type.slice(0, place)}=?utf-8?q?${type.slice(place)}?=`),
    `=?utf-8?b?${Buffer.from(type).toString("base64")}?=`,
    `=?latin1?Q?${Buffer.from(type).toString("hex").replaceAll(/../g, "=$&")}?=`,
  ];
}
