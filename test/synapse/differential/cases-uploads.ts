import { limit, steps } from "../../callbacks/script.ts";
import type { Case, Difference } from "./case.ts";

const allowed = "is_user_allowed_to_upload_media_of_size";
const limits = "get_media_upload_limits_for_user";
const exceeded = "on_media_upload_limit_exceeded";
const spam = "check_media_file_for_spam";
const upload = { do: "upload", size: 1000 } as const;
const FORBIDDEN = {
  code: 403,
  msg: "Not here",
  errcode: "ORG_EXAMPLE_NO",
  additional_fields: { "org.example.why": ["a", { b: 1 }] },
  headers: { "X-Of-A-Module": "said so" },
};
const INTERNAL = { errcode: "M_UNKNOWN", error: "Internal server error" };
const LIMIT_EXCEEDED = {
  errcode: "M_USER_LIMIT_EXCEEDED",
  error: "Media upload limit exceeded",
  info_uri: "https://matrix.test/_synapse/client/media_upload_limit_exceeded",
};
const ORDER = "limits and the spam check";
const SPAM_NOT_CHECKED: Difference = { row: ORDER, synapse: { status: 403 }, calledInSynapse: spam };
const LIMITS_ASKED: Difference = { row: ORDER, synapse: { status: 400 }, calledHere: limits };

export const ALLOWED_CASES: readonly Case[] = [
  { title: "an upload that no module refuses", requests: [upload, { do: "download" }] },
  {
    title: "an upload with a name and a type",
    requests: [
      { do: "upload", size: 10, type: "image/png", query: "?filename=gr%C3%BC%C3%9Fe%20a.png" },
      { do: "download" },
    ],
  },
  { title: "the first one denies a size", script: steps(allowed, { first: { answer: false } }), requests: [upload] },
  { title: "the third one denies a size", script: steps(allowed, { third: { answer: false } }), requests: [upload] },
  { title: "None denies", script: steps(allowed, { second: { answer: null } }), requests: [upload] },
  { title: "0 denies", script: steps(allowed, { second: { answer: 0 } }), requests: [upload] },
  { title: "a text allows", script: steps(allowed, { second: { answer: "yes" } }), requests: [upload] },
  {
    title: "a SynapseError where a size was asked",
    script: steps(allowed, { second: { refuse: FORBIDDEN } }),
    requests: [upload],
  },
  {
    title: "another error where a size was asked",
    script: steps(allowed, { second: { raise: "error" } }),
    requests: [upload],
  },
  {
    title: "Twisted's CancelledError where a size was asked",
    script: steps(allowed, { second: { raise: "cancelled by Twisted" } }),
    requests: [upload],
    differs: { row: "an exception", synapse: { status: 499 }, here: { status: 500, body: INTERNAL } },
  },
  { title: "more than max_upload_size", requests: [{ do: "upload", size: 64 * 1024 + 1 }] },
];

export const SPAM_CASES: readonly Case[] = [
  {
    title: "False is not spam",
    script: steps(spam, { first: { answer: false } }),
    requests: [upload, { do: "download" }],
  },
  {
    title: "True is spam",
    script: steps(spam, { second: { answer: true } }),
    requests: [upload],
    differs: LIMITS_ASKED,
  },
  {
    title: "a code is spam",
    script: steps(spam, { second: { answer: { $: "code" } } }),
    requests: [upload],
    differs: LIMITS_ASKED,
  },
  {
    title: "a code with fields is spam",
    script: steps(spam, { second: { answer: { $: "code with fields" } } }),
    requests: [upload],
    differs: LIMITS_ASKED,
  },
  {
    title: "None is spam",
    script: steps(spam, { second: { answer: null } }),
    requests: [upload],
    differs: LIMITS_ASKED,
  },
  {
    title: "a text is spam",
    script: steps(spam, { third: { answer: "fine" } }),
    requests: [upload],
    differs: LIMITS_ASKED,
  },
  {
    title: "a SynapseError in the spam check",
    script: steps(spam, { second: { refuse: FORBIDDEN } }),
    requests: [upload],
    differs: { ...LIMITS_ASKED, synapse: { status: 403 } },
  },
  {
    title: "another error in the spam check",
    script: steps(spam, { second: { raise: "error" } }),
    requests: [upload],
    differs: { ...LIMITS_ASKED, synapse: { status: 500 } },
  },
];

export const LIMIT_CASES: readonly Case[] = [
  {
    title: "a limit that is just kept",
    script: steps(limits, { second: { answer: [limit(1000)] } }),
    requests: [upload],
  },
  {
    title: "a limit that is passed at once",
    script: steps(limits, { second: { answer: [limit(999)] } }),
    requests: [upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "a limit that is passed by the second upload",
    script: steps(limits, { first: { answer: [limit(1999)] }, second: { answer: [limit(1)] } }),
    requests: [upload, upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "the longest of two limits that are passed",
    script: steps(limits, { first: { answer: [limit(10, 1000), limit(20, 60_000)] } }),
    requests: [upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "a limit with a page of its own and an upgrade",
    script: steps(limits, {
      first: { answer: [limit(10, 1000, { info_uri: "https://e.test/plans", can_upgrade: true })] },
    }),
    requests: [upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "an empty list lifts all limits",
    script: steps(limits, { first: { answer: [] } }),
    requests: [{ do: "upload", size: 60_000 }],
  },
  {
    title: "the configured limits",
    requests: [
      { do: "upload", size: 15_000 },
      { do: "upload", size: 10_000 },
    ],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "a dict in place of a limit",
    script: steps(limits, { first: { answer: [{ max_bytes: 1, time_period_ms: 1 }] } }),
    requests: [upload],
    differs: { ...SPAM_NOT_CHECKED, synapse: { status: 500 } },
  },
  {
    title: "a SynapseError in place of limits",
    script: steps(limits, { second: { refuse: FORBIDDEN } }),
    requests: [upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "a SynapseError that words the refusal",
    script: { first: { [limits]: { answer: [limit(10)] } }, third: { [exceeded]: { refuse: FORBIDDEN } } },
    requests: [upload],
    differs: SPAM_NOT_CHECKED,
  },
  {
    title: "another error in on_media_upload_limit_exceeded",
    script: { first: { [limits]: { answer: [limit(10)] } }, third: { [exceeded]: { raise: "error" } } },
    requests: [upload],
    differs: {
      row: "`on_media_upload_limit_exceeded` fails",
      synapse: { status: 500, body: INTERNAL },
      here: { status: 403, body: LIMIT_EXCEEDED },
      calledInSynapse: spam,
    },
  },
];
