import { expect, test } from "vitest";
import { KINDS, type KindName } from "../../../src/callbacks/kinds.ts";
import type { Portable, Said } from "../../../src/shadow/asked.ts";
import { agreesWithItself, compareSaid } from "../../../src/shadow/compare/compare-said.ts";
import { type EffectFacts, UNKNOWN_FACTS } from "../../../src/shadow/compare/effect.ts";
import { ALONE, BUSY, CONTINUE, CRASH, GONE, LATE, limit, raised, stop, withHeaders } from "./answers.ts";

const CONFIG = "get_media_config_for_user";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const EXCEEDED = "on_media_upload_limit_exceeded";
const SPAM = "check_media_file_for_spam";
const DAY = "86400000";
const WEEK = "604800000";
const FOLLOWED: EffectFacts = { ...ALONE, askedNext: Object.keys(KINDS) as KindName[] };

const ARGS: Record<KindName, readonly Portable[]> = {
  [CONFIG]: ["@a:example.test"],
  [ALLOWED]: ["@a:example.test", 10],
  [LIMITS]: ["@a:example.test", 10],
  [EXCEEDED]: ["@a:example.test", limit("500", DAY), 400, 200],
  [SPAM]: ["/m/a", { server_name: null, file_id: "abc", url_cache: false, thumbnail: null }],
  on_media_uploaded: ["@a:example.test", "abc", 10],
  on_media_deleted: ["abc"],
};

function classOf(kind: KindName, original: Said, candidate: Said, facts = ALONE): string {
  return compareSaid(kind, ARGS[kind], original, candidate, facts).class;
}

const REFUSED = raised(403, "M_FORBIDDEN", "no", { retry: 1 });
const LIMITED = raised(403, "M_USER_LIMIT_EXCEEDED", "Media upload limit exceeded", {
  info_uri: "https://example.test/limit",
});

test.each<[found: string, kind: KindName, original: Said, candidate: Said]>([
  ["same", CONFIG, CONTINUE, CONTINUE],
  ["same", CONFIG, stop('{"a": 1, "b": [2]}'), stop('{"b":[2.0],"a":1e0}')],
  ["same", CONFIG, stop('{"a":12345678901234567890}'), stop('{ "a" : 12345678901234567890 }')],
  ["different_effect", CONFIG, stop('{"a":12345678901234567890}'), stop('{"a":12345678901234567891}')],
  ["different_effect", CONFIG, stop('{"a":null}'), stop("{}")],
  ["different_effect", CONFIG, stop('{"a":[1,2]}'), stop('{"a":[2,1]}')],
  ["different_effect", CONFIG, stop('{"a":"1"}'), stop('{"a":1}')],
  ["different_effect", CONFIG, stop('{"a":true}'), stop('{"a":1}')],
  ["different_value", CONFIG, CONTINUE, stop('{"m.upload.size":1000}')],
  ["different_effect", CONFIG, CONTINUE, stop('{"m.upload.size":1001}')],
  ["different_effect", CONFIG, CONTINUE, stop("{}")],
  ["same", CONFIG, REFUSED, raised(403, "M_FORBIDDEN", "no", { retry: 1 })],

  ["same", ALLOWED, stop(), stop()],
  ["different_effect", ALLOWED, CONTINUE, stop()],
  ["different_effect", ALLOWED, stop(), CONTINUE],
  ["different_value", ALLOWED, stop(), raised(413, "M_TOO_LARGE", "Upload request body is too large")],
  ["worded_differently", ALLOWED, stop(), raised(413, "M_TOO_LARGE", "Too much")],
  ["different_effect", ALLOWED, stop(), raised(400, "M_TOO_LARGE", "Upload request body is too large")],
  ["different_effect", ALLOWED, stop(), raised(413, "M_FORBIDDEN", "Upload request body is too large")],
  ["worded_differently", ALLOWED, REFUSED, raised(403, "M_FORBIDDEN", "never", { retry: 1 })],
  ["different_effect", ALLOWED, REFUSED, raised(403, "M_FORBIDDEN", "no", { retry: 2 })],
  ["different_effect", ALLOWED, REFUSED, raised(403, "M_FORBIDDEN", "no")],
  ["same", ALLOWED, REFUSED, raised(403, "M_FORBIDDEN", "no", { retry: 1.0 })],
  ["different_effect", ALLOWED, REFUSED, withHeaders(REFUSED, { "retry-after": "1" })],
  ["same", ALLOWED, withHeaders(REFUSED, { a: "1", b: "2" }), withHeaders(REFUSED, { b: "2", a: "1" })],
  ["different_value", "on_media_uploaded", REFUSED, withHeaders(REFUSED, { "retry-after": "1" })],

  ["same", LIMITS, stop([limit("100", DAY)]), stop([limit("100.0", "8.64e7")])],
  ["same", LIMITS, stop([limit("True", DAY)]), stop([limit("1", DAY)])],
  ["same", LIMITS, stop([]), stop([])],
  ["different_value", LIMITS, stop([limit("100", DAY)]), stop([limit("100.5", DAY)])],
  ["different_effect", LIMITS, stop([limit("100", DAY)]), stop([limit("99.5", DAY)])],
  ["different_effect", LIMITS, stop([limit("9007199254740993", DAY)]), stop([limit("9007199254740992", DAY)])],
  [
    "different_value",
    LIMITS,
    stop([limit("100", DAY), limit("500", WEEK)]),
    stop([limit("500", WEEK), limit("100", DAY)]),
  ],
  ["different_value", LIMITS, stop([limit("100", WEEK)]), stop([limit("100", WEEK), limit("100", DAY)])],
  ["different_value", LIMITS, stop([limit("100", DAY)]), stop([limit("200", DAY), limit("100", DAY)])],
  ["different_effect", LIMITS, stop([limit("100", WEEK)]), stop([limit("100", WEEK), limit("99", DAY)])],
  ["different_effect", LIMITS, stop([limit("100", DAY)]), stop([limit("100", WEEK)])],
  ["different_value", LIMITS, stop([limit("-1", DAY)]), stop([limit("-7.5", DAY)])],
  ["different_effect", LIMITS, stop([limit("0", DAY)]), stop([limit("-1", DAY)])],
  ["different_value", LIMITS, stop([]), stop([limit("1e999", DAY)])],
  ["different_value", LIMITS, stop([]), stop([limit("9".repeat(5_000), DAY)])],
  ["different_value", LIMITS, stop([limit("-1", DAY)]), stop([limit(`-${"9".repeat(5_000)}`, DAY)])],
  ["different_effect", LIMITS, stop([limit("1", DAY)]), stop([limit("1", DAY, { can_upgrade: true })])],
  ["different_effect", LIMITS, stop([limit("1", DAY)]), stop([limit("1", DAY, { info_uri: "https://x.test" })])],
  ["different_value", LIMITS, stop([limit("1", DAY)]), stop([limit("1", DAY, { info_uri: "" })])],
  ["different_value", LIMITS, stop([limit("1", DAY)]), stop([limit("1", DAY, { extra: '{"a":1}' })])],
  ["different_value", LIMITS, CONTINUE, stop([limit("500", DAY)])],
  ["different_effect", LIMITS, CONTINUE, stop([])],
  ["candidate_failed", LIMITS, CONTINUE, stop("none")],
  ["candidate_failed", CONFIG, CONTINUE, stop(null)],
  ["candidate_failed", SPAM, CONTINUE, stop("M_FORBIDDEN")],
  ["candidate_failed", "on_media_deleted", CONTINUE, stop()],

  ["same", EXCEEDED, CONTINUE, CONTINUE],
  ["same", EXCEEDED, LIMITED, LIMITED],
  ["different_value", EXCEEDED, CONTINUE, LIMITED],
  ["different_effect", EXCEEDED, CONTINUE, raised(403, "M_USER_LIMIT_EXCEEDED", "Media upload limit exceeded")],
  [
    "worded_differently",
    EXCEEDED,
    LIMITED,
    raised(403, "M_USER_LIMIT_EXCEEDED", "wait", { info_uri: "https://example.test/limit" }),
  ],
  ["different_effect", EXCEEDED, LIMITED, raised(400, "M_RESOURCE_LIMIT_EXCEEDED", "Media upload limit exceeded")],

  ["same", SPAM, CONTINUE, CONTINUE],
  ["same", SPAM, stop(), stop({})],
  ["same", SPAM, stop(), stop({ errcode: "M_UNKNOWN", message: "Bad content" })],
  ["different_effect", SPAM, CONTINUE, stop()],
  ["worded_differently", SPAM, stop(), stop({ message: "a virus" })],
  ["different_effect", SPAM, stop(), stop({ errcode: "M_FORBIDDEN" })],
  ["different_effect", SPAM, stop(), stop({ fields: { "org.example": true } })],
  ["same", SPAM, stop({ fields: { b: 1, a: 2 } }), stop({ fields: { a: 2, b: 1 } })],
  ["same", SPAM, stop({ fields: '{"a":1.0}' }), stop({ fields: '{ "a": 1 }' })],
  ["different_effect", SPAM, stop({ fields: '{"a":9007199254740993}' }), stop({ fields: '{"a":9007199254740992}' })],
  ["different_effect", SPAM, stop({ fields: '{"errcode":"M_X"}' }), stop()],
  ["different_value", SPAM, stop(), raised(400, "M_UNKNOWN", "Bad content")],

  ["same", "on_media_uploaded", CONTINUE, CONTINUE],
  ["different_value", "on_media_uploaded", CONTINUE, REFUSED],
  ["same", "on_media_uploaded", REFUSED, REFUSED],
  ["same", "on_media_deleted", CONTINUE, CONTINUE],
])("%s: %s, where the original answers %j and the candidate %j", (found, kind, original, candidate) => {
  expect(classOf(kind, original, candidate)).toBe(found);
});

const kinds = Object.keys(KINDS) as KindName[];

test.each(kinds)(
  "%s: a failure, a late answer and a missing one of either module have a class of their own",
  (kind) => {
    expect(classOf(kind, CONTINUE, CRASH)).toBe("candidate_failed");
    expect(classOf(kind, CONTINUE, GONE)).toBe("candidate_failed");
    expect(classOf(kind, CONTINUE, LATE)).toBe("candidate_late");
    expect(classOf(kind, CONTINUE, BUSY)).toBe("dropped");
    for (const original of [CRASH, LATE, GONE, BUSY]) {
      for (const candidate of [CONTINUE, CRASH, LATE, GONE]) {
        expect(classOf(kind, original, candidate)).toBe("control_failed");
      }
    }
  },
);

test("To let the walk continue is like the default only where no module behind is asked", () => {
  expect(classOf(CONFIG, CONTINUE, stop('{"m.upload.size":1000}'), FOLLOWED)).toBe("different_effect");
  expect(classOf(LIMITS, CONTINUE, stop([limit("500", DAY)]), FOLLOWED)).toBe("different_effect");
  expect(classOf(EXCEEDED, CONTINUE, LIMITED, FOLLOWED)).toBe("different_effect");
  for (const kind of kinds) expect(classOf(kind, CONTINUE, CONTINUE, UNKNOWN_FACTS)).toBe("same");
});

test("What follows from both is told where it is not the same", () => {
  expect(compareSaid(ALLOWED, ARGS[ALLOWED], CONTINUE, stop(), ALONE).effects).toEqual({
    original: { follows: "pass" },
    candidate: {
      follows: "error",
      status: 413,
      errcode: "M_TOO_LARGE",
      error: "Upload request body is too large",
      fields: "{}",
      headers: "{}",
    },
  });
  expect(compareSaid(CONFIG, ARGS[CONFIG], CONTINUE, stop('{"m.upload.size":1000}'), ALONE).effects).toBeUndefined();
});

function agrees(first: Said, second: Said): boolean | undefined {
  return agreesWithItself(ALLOWED, ARGS[ALLOWED], { first, second }, ALONE);
}

test("A module that fails both times agrees with itself, and one without a verdict says nothing", () => {
  expect([agrees(stop(), stop()), agrees(CRASH, CRASH)]).toEqual([true, true]);
  expect([agrees(stop(), CONTINUE), agrees(CRASH, CONTINUE)]).toEqual([false, false]);
  expect([agrees(CONTINUE, LATE), agrees(GONE, stop()), agrees(BUSY, BUSY)]).toEqual([undefined, undefined, undefined]);
});

test("Where a Synapse words the refusal of a file by itself, the words of modules make no difference", () => {
  const inSynapse = { ...ALONE, wordsOfRefusalsAreFixed: true };
  const worded = stop({ errcode: "M_FORBIDDEN", message: "no", fields: '{"a":1}' });
  expect(classOf(SPAM, stop(), worded, inSynapse)).toBe("same");
  expect(classOf(SPAM, stop(), worded)).toBe("different_effect");
  expect(classOf(SPAM, stop(), CONTINUE, inSynapse)).toBe("different_effect");
});
