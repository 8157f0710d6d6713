import { expect } from "vitest";
import type { TestService } from "../../support/service.ts";
import { CORS, SAFETY_HEADERS, type Answer, type Step } from "./case.ts";
import { createdIn, mediaIdOf } from "../support/bodies.ts";
import { seePicture } from "../../thumbnailing/see-picture.ts";
import { RawConnection, type RawAnswer } from "../support/raw-connection.ts";

const SERVER_NAME = "example.test";
const KNOWN = /^(alice|bob|carol|admin|guest|locked|expired|as)$/;

/**
 * Sends the steps of a case, each on a connection of its own, and holds the answers to what is expected; answers their
 * number.
 */
export async function runSteps(
  service: TestService,
  steps: readonly Step[],
  ids: Readonly<Record<string, string>>,
): Promise<number> {
  let mediaId = "";
  for (const step of steps) {
    const [method = "", path = ""] = step.request.split(/ (.*)/s);
    const target = path
      .replace("…", "/_matrix/client/v1/media")
      .replace("{server}", SERVER_NAME)
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === "id" ? mediaId : (ids[name] ?? "")));
    const token = KNOWN.test(step.by) ? `token-of-${step.by}` : step.by;
    const headers =
      step.by === "anonymous" ? step.headers : [["Authorization", `Bearer ${token}`] as const, ...step.headers];
    const { body } = step;
    const answer = await RawConnection.ask(service.port, {
      method,
      target,
      headers,
      ...(body !== undefined && { body }),
    });
    checkAnswer(answer, step.answer);
    if (step.answer.picture !== undefined) expect(await seePicture(answer.body)).toBe(step.answer.picture);
    if (step.answer.etag !== undefined) expect(answer.headers["etag"]).toMatch(step.answer.etag);
    checkSafety(answer, step);
    if (step.answer.stored) mediaId = mediaIdOf(answer);
    if (step.answer.created) ({ mediaId } = createdIn(answer));
  }
  return steps.length;
}

/**
 * What the facts say once for all: errors of the download routes carry these headers, once the request is past
 * authentication.
 */
function checkSafety({ status, headers }: RawAnswer, { request, answer }: Step): void {
  if (!/^\w+ \S+\/(?:download|thumbnail)\//.test(request) || status < 400 || answer.errcode === "M_UNRECOGNIZED")
    return;
  const expected = status === 401 ? {} : SAFETY_HEADERS;
  const names = Object.keys(SAFETY_HEADERS);
  expect(Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)))).toEqual(expected);
}

function checkAnswer(answer: RawAnswer, expected: Answer): void {
  expect(answer.status).toBe(expected.status);
  expect(answer.headers).toMatchObject(CORS);
  for (const [name, value] of Object.entries(expected.headers ?? {}))
    expect([name, answer.headers[name]]).toEqual([name, value]);
  if (expected.errcode !== undefined) {
    const { errcode, fields = {} } = expected;
    expect(JSON.parse(answer.body.toString())).toEqual({
      errcode,
      error: expect.stringMatching(/./) as unknown,
      ...fields,
    });
    expect(answer.headers["content-type"]).toBe("application/json");
  }
  if (expected.json !== undefined) expect(JSON.parse(answer.body.toString())).toEqual(expected.json);
  if (expected.stored) {
    const uri = expect.stringMatching(/^mxc:\/\/example\.test\/[A-Za-z]{24}$/) as unknown;
    expect(JSON.parse(answer.body.toString())).toEqual({ content_uri: uri });
  }
  if (expected.body !== undefined) expect(answer.body.equals(Buffer.from(expected.body))).toBe(true);
}
