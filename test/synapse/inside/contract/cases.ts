import type { KindName } from "../../../../src/callbacks/kinds.ts";
import { INSTANCES, limit, steps, type Script, type Step } from "../../../callbacks/script.ts";

/** A request of the case's user: for the media configuration, or an upload of so many bytes. */
export type Request = "config" | number;

/** What modules do for one user, and what the user then asks for, in order. */
export interface Case {
  readonly title: string;
  readonly script: Script;
  readonly requests: readonly Request[];
  /** The callbacks whose calls are compared: Synapse asks about the file before it asks for limits. */
  readonly kinds: readonly KindName[];
  /** What Synapse itself does in another way, whatever the language of its modules. */
  readonly differs?: string;
}

const CONFIG = "get_media_config_for_user";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const EXCEEDED = "on_media_upload_limit_exceeded";
const SPAM = "check_media_file_for_spam";
const LIMITING = [LIMITS, EXCEEDED] as const;
const DECIDING = [CONFIG, ALLOWED, LIMITS, SPAM] as const;

/** What JSON cannot say. */
const UNSAYABLE = [
  "nan",
  "infinity",
  "set",
  "bytes",
  "object",
  "lone surrogate",
  "cycle",
  "function",
  "date",
  "undefined",
];
const LARGE_INTEGERS = ["9007199254740993", "18446744073709551616", "-123456789012345678901234567890"];
const WRONG_MEMBERS = [{ max_bytes: "10" }, { info_uri: 7 }, { info_uri: { $: "lone surrogate" } }];
const PLANS = "https://example.test/plans";

/** Answers of each callback, right ones and wrong ones. */
const ANSWERS: Readonly<Record<(typeof DECIDING)[number], readonly unknown[]>> = {
  [CONFIG]: [
    null,
    { $: "undefined" },
    { "org.example": { grüße: ["🦊", null, true, {}] }, "m.upload.size": 7 },
    { a: 0.1, b: 1e300, c: -0.5 },
    JSON.parse('{"__proto__":1,"constructor":2,"":3,"7":4}') as object,
    {},
    false,
    0,
    "",
    [],
    true,
    1,
    "text",
    [1],
  ].concat(
    LARGE_INTEGERS.map(($int) => ({ "m.upload.size": { $int } })),
    UNSAYABLE.map(($) => ({ deep: [{ value: { $ } }] })),
  ),
  [ALLOWED]: [true, false, null, 0, 1, "", "text", [], {}, { $: "undefined" }],
  [LIMITS]: [
    null,
    { $: "undefined" },
    [],
    [limit(99)],
    [limit(100)],
    [limit(true)],
    [
      limit({ $float: "99.5" }, { $int: "9007199254740993" }),
      limit({ $int: `1${"0".repeat(30)}` }, { $float: "1e300" }),
    ],
    [limit(10, 1000, { info_uri: PLANS, can_upgrade: true })],
    [limit(10, 1000, { info_uri: PLANS })],
    [limit(10, 1000, { can_upgrade: true })],
    [limit(10, 1000, { info_uri: "" })],
    [limit(50, 1000, { info_uri: "https://example.test/short" }), limit(90, 9000, { info_uri: PLANS })],
    false,
    0,
    "",
    "text",
    {},
    [null],
    ["text"],
    [{}],
    limit(10),
    [limit(10), null],
    [limit({ $: "nan" })],
    [limit(10, { $: "infinity" })],
  ].concat(WRONG_MEMBERS.map((wrong) => [{ $limit: { max_bytes: 10, time_period_ms: 1000, ...wrong } }])),
  [SPAM]: [
    { $: "NOT_SPAM" },
    false,
    true,
    { $: "code" },
    { $: "code with fields" },
    null,
    0,
    1,
    "text",
    "",
    [],
    {},
    ["text", {}],
    ["M_FORBIDDEN"],
    { $: "undefined" },
  ],
};

const REFUSAL = {
  code: 418,
  msg: "Ein Teekännchen",
  errcode: "ORG_EXAMPLE_TEAPOT",
  additional_fields: { "org.example.plan": { name: "free", ids: [1, null] }, status: "x" },
  headers: { "X-Plan": "free", "Retry-After": "7" },
};
/** Errors that end a walk. */
const FAILURES: Readonly<Record<string, Step>> = {
  "a MatrixError": { refuse: REFUSAL },
  "a MatrixError, thrown at once": { refuse: REFUSAL, how: "sync" },
  "a MatrixError with fields of any name": {
    refuse: {
      code: 403,
      msg: "words",
      errcode: "M_X",
      additional_fields: JSON.parse('{"__proto__":1,"":3}') as object as never,
    },
  },
  "a status that is not an error's": { refuse: { ...REFUSAL, code: 200 } },
  "a header with a line break": { refuse: { ...REFUSAL, headers: { "X-Plan": "free\r\nSet-Cookie: a=b" } } },
  "an error": { raise: "error" },
  "an error, thrown at once": { raise: "error", how: "sync" },
  "an AbortError": { raise: "cancelled" },
  "a text in place of an error": { raise: "text" },
  "nothing in place of an error": { raise: "nothing" },
};

export const CASES: readonly Case[] = [
  { title: "every module passes", script: {}, requests: ["config", 123, 0], kinds: DECIDING },
  { title: "an upload over the server's own size", script: {}, requests: [64 * 1024 + 1], kinds: DECIDING },
  { title: "an upload over a configured limit", script: {}, requests: [20 * 1024 + 1, 30 * 1024 + 1], kinds: LIMITING },
  ...DECIDING.flatMap(answersOf),
  ...DECIDING.flatMap((kind) =>
    Object.entries(FAILURES).map(([what, step]) => caseOf(kind, `${what} of the second`, { second: step })),
  ),
  ...limitCases(),
  ...exceededCases(),
];

function answersOf(kind: (typeof DECIDING)[number]): Case[] {
  const each = ANSWERS[kind].map((answer) => caseOf(kind, `${nameOf(answer)} of the second`, { second: { answer } }));
  const stop = { [CONFIG]: { a: 1 }, [ALLOWED]: false, [LIMITS]: [limit(99)], [SPAM]: true }[kind];
  const places = INSTANCES.map((at) => caseOf(kind, `a stop of the ${at}`, { [at]: { answer: stop } }));
  const atOnce = caseOf(kind, "a stop at once", { second: { answer: stop, how: "sync" } });
  return [...each, ...places, atOnce];
}

function caseOf(kind: KindName, title: string, byInstance: Parameters<typeof steps>[1]): Case {
  return {
    title: `${kind}: ${title}`,
    script: steps(kind, byInstance),
    requests: [kind === CONFIG ? "config" : 100],
    kinds: [kind],
  };
}

function limitCases(): Case[] {
  const exact = steps(LIMITS, { second: { answer: [limit(150)] } });
  const spam = { first: { [LIMITS]: { answer: [limit(150)] } }, second: { [SPAM]: { answer: true } } };
  return [
    { title: "a limit to the byte", script: exact, requests: [100, 51, 50, 0, 1], kinds: LIMITING },
    // A file of so few bytes names no user, so that it is let pass.
    { title: "refused files are not counted", script: spam, requests: [150, 5], kinds: [] },
  ];
}

function exceededCases(): Case[] {
  const answer = [limit({ $float: "40.5" }, { $int: "9007199254740993" }, { info_uri: "https://example.test/plan" })];
  const first = { [LIMITS]: { answer } };
  const all = (step: Step): Script => ({
    first: { ...first, [EXCEEDED]: step },
    second: { [EXCEEDED]: step },
    third: { [EXCEEDED]: step },
  });
  const exceeded = (title: string, script: Script) => ({
    title: `${EXCEEDED}: ${title}`,
    script,
    requests: [10, 41],
    kinds: LIMITING,
  });
  return [
    exceeded("every module is told, with the numbers that were given", { first }),
    exceeded("no module may change the limit", all({ mutate: true })),
    exceeded("answers mean nothing", all({ answer: true })),
    exceeded("errors mean nothing", all({ raise: "error" })),
    exceeded("a MatrixError of the last words the refusal", {
      first: { ...first, [EXCEEDED]: { raise: "error" } },
      third: { [EXCEEDED]: { refuse: { ...REFUSAL, msg: "third" } } },
    }),
    {
      ...exceeded("the first MatrixError words the refusal", {
        first: { ...first, [EXCEEDED]: { refuse: { ...REFUSAL, msg: "first" } } },
        second: { [EXCEEDED]: { refuse: { ...REFUSAL, msg: "second" } } },
      }),
      differs: "Synapse tells no further module once one has worded the refusal",
    },
  ];
}

function nameOf(answer: unknown): string {
  return JSON.stringify(answer, (_key, value: unknown) => (value === undefined ? "undefined" : value));
}
