import { steps } from "../../callbacks/script.ts";
import type { Case } from "./case.ts";

const kind = "get_media_config_for_user";
const config = { do: "config" } as const;

const NO_DICT = {
  row: "it answers what is neither `None` nor a dict",
  here: { status: 500, body: { errcode: "M_UNKNOWN", error: "Internal server error" } },
};

export const CONFIG_CASES: readonly Case[] = [
  { title: "the default configuration", requests: [config] },
  {
    title: "the first dict is the whole body",
    script: steps(kind, {
      second: { answer: { "m.upload.size": 7, "org.example": { "grüße ✓": [1.5, null, true] } } },
      third: { answer: { no: 1 } },
    }),
    requests: [config],
  },
  {
    title: "a Deferred's dict",
    script: steps(kind, { first: { answer: { a: 1 }, how: "deferred" } }),
    requests: [config],
  },
  {
    title: "integers beyond 2^53",
    script: steps(kind, { first: { answer: { a: { $int: "9007199254740993" } } } }),
    requests: [config],
  },
  {
    title: "False is passed over",
    script: steps(kind, { first: { answer: false }, third: { answer: { a: 1 } } }),
    requests: [config],
  },
  {
    title: "a text for a configuration",
    script: steps(kind, { first: { answer: "text" } }),
    requests: [config],
    differs: { ...NO_DICT, synapse: { status: 200, body: "text" } },
  },
  {
    title: "a list for a configuration",
    script: steps(kind, { first: { answer: [1] } }),
    requests: [config],
    differs: { ...NO_DICT, synapse: { status: 200, body: [1] } },
  },
  {
    title: "a SynapseError in place of a configuration",
    script: steps(kind, {
      first: { refuse: { code: 418, msg: "No", errcode: "M_FORBIDDEN", additional_fields: { a: 1 } } },
    }),
    requests: [config],
  },
  {
    title: "another error in place of a configuration",
    script: steps(kind, { second: { raise: "error" } }),
    requests: [config],
  },
  {
    title: "an empty dict",
    script: steps(kind, { third: { answer: {} } }),
    requests: [config],
    differs: {
      row: "`get_media_config_for_user` answers `{}`",
      synapse: { status: 200, body: { "m.upload.size": 65_536 } },
      here: { status: 200, body: {} },
    },
  },
  {
    title: "a callback that is not async",
    script: steps(kind, { first: { answer: { a: 1 }, how: "sync" } }),
    requests: [config],
    differs: { row: "callbacks that are not `async`", synapse: { status: 500 }, here: { status: 200, body: { a: 1 } } },
  },
];
