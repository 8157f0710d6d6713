import { expect, test } from "vitest";
import { SYNAPSE_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "../../src/config/synapse-keys.ts";
import { loadText } from "./folder.ts";

function warningsOf(topLevel: string): string[] {
  const { warnings, folder } = loadText(topLevel);
  return warnings.map((warning) => warning.replace(`${folder}/`, ""));
}

test("a near miss of a key that is used is a warning with that name", () => {
  expect(warningsOf("max_upload_sise: 1M\nmodule: []")).toEqual([
    "c.yaml:2: max_upload_sise: unknown key, did you mean max_upload_size?",
    "c.yaml:3: module: unknown key, did you mean modules?",
  ]);
});

test("a key of Synapse's about media is a warning by name, once", () => {
  expect(warningsOf("password_providers: []\nspam_checker: []")).toEqual([
    "c.yaml:2: password_providers: this service does not act on this key of Synapse's",
    "c.yaml:3: spam_checker: this service does not act on this key of Synapse's",
  ]);
});

test("other keys of Synapse's, and what is far from all, are passed over in silence", () => {
  expect(warningsOf("listeners: []\nrc_login: {}\nx-common: &a {b: 1}\n1: one")).toEqual([]);
});

test("an unknown member of a limit or of a module is a warning, since Synapse lets it pass", () => {
  const limits = "media_upload_limits:\n  - {max_size: 1, time_period: 1h, info_url: 'https://x'}";
  expect(warningsOf(`${limits}\nmodules:\n  - {module: a.B, cofnig: {}}`)).toEqual([
    "c.yaml:3: media_upload_limits[0].info_url: unknown key, did you mean info_uri?",
    "c.yaml:5: modules[0].cofnig: unknown key, did you mean config?",
  ]);
});

test("every key that is warned about is one of Synapse's", () => {
  expect([...UNSUPPORTED_SYNAPSE_KEYS].filter((key) => !SYNAPSE_KEYS.has(key))).toEqual([]);
});
