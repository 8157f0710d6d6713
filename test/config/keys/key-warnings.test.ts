import { describe, expect, test } from "vitest";
import { SYNAPSE_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "../../../src/config/keys/synapse-keys.ts";
import { loadText } from "../folder.ts";

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
  expect(warningsOf("password_providers: [a.B]\nmax_spider_size: 1M")).toEqual([
    "c.yaml:2: password_providers: this service does not act on this key of Synapse's",
    "c.yaml:3: max_spider_size: this service does not act on this key of Synapse's",
  ]);
});

test("a key without a value, or with nothing in it, is not warned about", () => {
  expect(
    warningsOf("prevent_media_downloads_from:\npassword_providers: []\ntemplates: {}\nmax_spider_size: ~"),
  ).toEqual([]);
});

describe("a key that decides in Synapse and not here", () => {
  const keys = "max_spider_size: 1M\ntemplates: {a: b}\nprevent_media_downloads_from: [a.b]";

  test("is warned about before all others, and told apart from them", () => {
    const { warnings, undecided, folder } = loadText(keys);
    expect(warnings.map((warning) => warning.replace(`${folder}/`, ""))).toEqual([
      "c.yaml:4: prevent_media_downloads_from: Synapse refuses downloads by this key, and this service does not; media_bridge.acknowledge can name the key",
      "c.yaml:2: max_spider_size: this service does not act on this key of Synapse's",
      "c.yaml:3: templates: this service does not act on this key of Synapse's",
    ]);
    expect(undecided).toEqual(["prevent_media_downloads_from"]);
  });

  test("is passed over where media_bridge.acknowledge names it, as is any other key that it names, and one that an earlier release warned about", () => {
    const { warnings, undecided } = loadText(
      keys,
      "  acknowledge: [prevent_media_downloads_from, max_spider_size, thumbnail_sizes]",
    );
    expect(warnings).toEqual([expect.stringMatching(/templates: this service does not act/)]);
    expect(undecided).toEqual([]);
  });

  test("decides as ever where a Synapse keeps the media", () => {
    const { warnings, undecided } = loadText(keys, "  upstream: {url: 'http://h'}");
    expect(warnings).toHaveLength(3);
    expect([undecided, warnings.filter((warning) => !warning.includes("does not act"))]).toEqual([[], []]);
  });
});

test("media_bridge.acknowledge takes no key that causes no warning", () => {
  expect(() => loadText("", "  acknowledge: [media_retentoin]")).toThrow(
    /media_bridge\.acknowledge\[0\]: expected one of Synapse's keys that cause a warning \(docs\/configuration\.md\), found another name$/,
  );
});

test("other keys of Synapse's, and what is far from all, are passed over in silence", () => {
  expect(warningsOf("listeners: []\nrc_login: {}\nx-common: &a {b: 1}\n1: one")).toEqual([]);
});

test("an unknown member of a limit or of a module is a warning, since Synapse lets it pass", () => {
  expect(warningsOf("spam_checker: {module: a.B, cofnig: {}}")).toEqual([
    "c.yaml:2: spam_checker.cofnig: unknown key, did you mean config?",
  ]);
  const limits = "media_upload_limits:\n  - {max_size: 1, time_period: 1h, info_url: 'https://x'}";
  expect(warningsOf(`${limits}\nmodules:\n  - {module: a.B, cofnig: {}}`)).toEqual([
    "c.yaml:3: media_upload_limits[0].info_url: unknown key, did you mean info_uri?",
    "c.yaml:5: modules[0].cofnig: unknown key, did you mean config?",
  ]);
});

test("every key that is warned about is one of Synapse's", () => {
  expect([...UNSUPPORTED_SYNAPSE_KEYS].filter((key) => !SYNAPSE_KEYS.has(key))).toEqual([]);
});
