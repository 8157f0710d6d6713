import { describe, expect, test } from "vitest";
import { loadFailing, withRequired } from "./folder.ts";

function failing(topLevel: string, own = ""): string {
  return loadFailing({ "c.yaml": withRequired(topLevel, own) });
}

test.each([
  ["", "max_upload_size: fifty", /^c\.yaml:2: max_upload_size: expected a size: .*, found text$/],
  ["", "max_upload_size: 5 Gb", /^c\.yaml:2: max_upload_size: expected a size: .*, found the text `5 Gb`$/],
  ["", "max_upload_size: -5M", /^c\.yaml:2: max_upload_size: expected a size: .*, found the text `-5M`$/],
  ["", "max_upload_size: 1.5", /^c\.yaml:2: max_upload_size: expected a size: .*, found `1\.5`$/],
  ["", "max_upload_size: 5a6b7c8d", /^c\.yaml:2: max_upload_size: expected a size: .*, found text$/],
  ["", "max_upload_size: yes", /^c\.yaml:2: max_upload_size: expected a size: .*, found true or false$/],
  ["", "media_store_path: 12", /^c\.yaml:2: media_store_path: expected a path, found a whole number$/],
  ["", "public_baseurl: ftp://x", /^c\.yaml:2: public_baseurl: expected an http or https URL .*, found text$/],
  ["", "public_baseurl: https://x/?a=b", /public_baseurl: expected an http/],
  ["", "enable_authenticated_media: 'no'", /enable_authenticated_media: expected true or false, found text$/],
  ["", "enable_authenticated_media:", /enable_authenticated_media: expected true or false, found nothing \(null\)$/],
  ["", "media_upload_limits: {a: b}", /media_upload_limits: expected a list of limits, found a mapping$/],
  [
    "",
    "media_upload_limits:\n  - {max_size: 1}",
    /^c\.yaml:3: media_upload_limits\[0\]\.time_period: expected a duration.*, found nothing$/,
  ],
  ["", "unused_expiration_time: soon", /unused_expiration_time: expected a duration.*, found text$/],
  [
    "",
    "max_pending_media_uploads: 1.5",
    /max_pending_media_uploads: expected a whole number, 0 or more, found `1\.5`$/,
  ],
  ["", "rc_media_create: {per_second: -1}", /rc_media_create\.per_second: expected a number, 0 or more/],
  ["", "modules: [text]", /modules\[0\]: expected a mapping with either module or typescript, found text$/],
  [
    "",
    "modules: [{config: {}}]",
    /modules\[0\]: expected a mapping with either module or typescript, found none of them$/,
  ],
  [
    "",
    "modules: [{module: a.B, typescript: x}]",
    /modules\[0\]: expected a mapping with either module or typescript, found module and typescript$/,
  ],
  [
    "",
    "modules: [{module: NoDot}]",
    /modules\[0\]\.module: expected the dotted path of a Python class .*, found text$/,
  ],
  ["  listen: {port: 70000}", "", /media_bridge\.listen\.port: expected a port number from 0 to 65535, found `70000`$/],
  [
    "  listen: {port: '8800'}",
    "",
    /media_bridge\.listen\.port: expected a port number from 0 to 65535, found the text `8800`$/,
  ],
  ["  listen: {port: 1, path: x}", "", /media_bridge\.listen: expected either host and port or path, found both$/],
  [
    "  listen: {path: x, mode: 0660}",
    "",
    /media_bridge\.listen\.mode: expected a mode of three octal digits in quotes, such as "0660", found a whole number$/,
  ],
  ["  listen: {path: x, mode: '0680'}", "", /media_bridge\.listen\.mode: expected a mode .*, found text$/],
  ["  listen: {path: x, mode: '1777'}", "", /media_bridge\.listen\.mode: expected a mode .*, found text$/],
  ["  listen: {mode: '0660'}", "", /media_bridge\.listen: expected mode beside path, found no path$/],
  ["  listen: [8800]", "", /media_bridge\.listen: expected a mapping, found a list$/],
  ["  log: {level: loud}", "", /media_bridge\.log\.level: expected one of trace, .*, found text$/],
  ["  homeserver: {}", "", /media_bridge\.homeserver\.url: expected an http or https URL .*, found nothing$/],
  ["  homeserver: {url: 'http://u:p@h'}", "", /media_bridge\.homeserver\.url: expected .* without credentials/],
  ["  python: {environment: {A: 1}}", "", /media_bridge\.python\.environment\.A: expected text, found a whole number$/],
  ["  python: {environment: {'A=B': x}}", "", /media_bridge\.python\.environment\.A=B: expected a variable's name/],
  ["  upload: {idle_timeout: 0}", "", /media_bridge\.upload\.idle_timeout: expected a duration.*more than 0/],
  ["  upload: {idle_timeout: 25d}", "", /media_bridge\.upload\.idle_timeout: expected a duration.*at most 24d/],
  [
    "  callbacks: {on_media_deleted: {on_unavailable: skip}}",
    "",
    /callbacks\.on_media_deleted\.on_unavailable: unknown key$/,
  ],
  [
    "  callbacks: {check_media_file_for_spam: {on_unavailable: ask}}",
    "",
    /on_unavailable: expected refuse or skip, found text$/,
  ],
])("is named with its key, what was expected and the type of what was found: %s%s", (own, topLevel, message) => {
  expect(failing(topLevel, own)).toMatch(message);
});

describe("unknown keys under media_bridge", () => {
  test.each([
    ["  lisen: {port: 1}", "media_bridge.lisen: unknown key, did you mean listen?"],
    ["  listen: {prt: 1}", "media_bridge.listen.prt: unknown key, did you mean port?"],
    ["  modules: [{module: a.B, confg: {}}]", "media_bridge.modules[0].confg: unknown key, did you mean config?"],
    [
      "  callbacks: {on_media_upladed: {}}",
      "media_bridge.callbacks.on_media_upladed: unknown key, did you mean on_media_uploaded?",
    ],
    ["  something_else: 1", "media_bridge.something_else: unknown key"],
  ])("%s", (own, message) => {
    expect(failing("", own).replace(/^c\.yaml:\d: /, "")).toBe(message);
  });
});

test("what is required is named where it is missing", () => {
  expect(loadFailing({ "c.yaml": "media_bridge: {tokens_file: t}\n" })).toBe(
    "c.yaml: server_name: expected a Matrix server name (such as example.com or example.com:8448), found nothing",
  );
  expect(loadFailing({ "a.yaml": "server_name: a\n", "b.yaml": "report_stats: no\n" })).toBe(
    "a.yaml, b.yaml: media_bridge: expected a mapping, found nothing",
  );
});

test("A configuration must have exactly one of homeserver and tokens_file", () => {
  const message = "expected exactly one of homeserver and tokens_file, found none of them, or both";
  expect(loadFailing({ "c.yaml": "server_name: a\nmedia_bridge: {}\n" })).toBe(`c.yaml:2: media_bridge: ${message}`);
  const both = "server_name: a\nmedia_bridge: {tokens_file: t, homeserver: {url: 'http://h'}}\n";
  expect(loadFailing({ "c.yaml": both })).toBe(`c.yaml:2: media_bridge: ${message}`);
});

test("All mistakes of a configuration are reported at once, one line each, each with its file", () => {
  const files = {
    "a.yaml": "server_name: ''\nmax_upload_size: x\n",
    "b.yaml": "media_bridge:\n  tokens_file: t\n  lisen: 1\n  log: {level: 3}\n",
  };
  const [heading, ...lines] = loadFailing(files).split("\n");
  expect(heading).toBe("4 mistakes in the configuration:");
  expect(lines.map((line) => line.trim().split(": ").slice(0, 2).join(" ")).toSorted()).toEqual([
    "a.yaml:1 server_name",
    "a.yaml:2 max_upload_size",
    "b.yaml:3 media_bridge.lisen",
    "b.yaml:4 media_bridge.log.level",
  ]);
});

test("no value is shown, least of all of a module's configuration", () => {
  const secret = "s3cr3t";
  const messages = [
    failing(
      `max_upload_size: ${secret}\npublic_baseurl: ${secret}\nmodules:\n  - {module: ${secret}, config: {k: ${secret}}}`,
    ),
    failing(`modules:\n  - {typescript: a, config: {1: ${secret}}}`),
    failing(`modules:\n  - {module: a.B, config: {1: a, true: ${secret}}}`),
    failing(`modules:\n  - module: a.B\n    config: {k: !!binary ${secret}}`),
    failing(`modules:\n  - module: a.B\n    config: {k: "\\${secret}"}`),
    failing(`modules:\n  - module: a.B\n    config:\n      k: @${secret}`),
    failing(`modules:\n  - module: a.B\n    config:\n      k: |${secret}\n        x`),
    failing(`modules:\n  - module: a.B\n    config:\n      k: ${secret}\n     ${secret}: 1`),
    failing(`modules:\n  - module: a.B\n    config:\n      k: *${secret}`),
    failing(`modules:\n  - module: a.B\n    config:\n      k: !${secret}`),
  ];
  for (const message of messages) {
    expect(message).toMatch(/c\.yaml:\d/);
    expect(message).not.toContain(secret);
  }
});

describe("files that cannot be used", () => {
  test.each([
    ["a missing one", {}, /^c\.yaml: cannot be read: ENOENT$/],
    ["an empty one", { "c.yaml": "" }, /^c\.yaml: expected a mapping, found an empty file$/],
    ["one of comments alone", { "c.yaml": "# nothing\n" }, /^c\.yaml: expected a mapping, found an empty file$/],
    ["a list", { "c.yaml": "- a\n" }, /^c\.yaml:1: expected a mapping of keys to values$/],
    ["bare text", { "c.yaml": "text\n" }, /^c\.yaml:1: expected a mapping of keys to values$/],
    [
      "one that is not UTF-8",
      { "c.yaml": Uint8Array.of(0x61, 0x3a, 0xff) },
      /^c\.yaml: cannot be read: it is not UTF-8$/,
    ],
    ["a key given twice", { "c.yaml": "a: 1\nb:\n  c: 1\n  c: 2\n" }, /^c\.yaml:4: this key is given twice/],
    ["a syntax error", { "c.yaml": "a: [1\nb: 2\n" }, /^c\.yaml:\d: not valid YAML/],
    [
      "two documents",
      { "c.yaml": "a: 1\n---\nb: 1\n" },
      /^c\.yaml:\d: a second document begins here \(`---`\): keep one/,
    ],
    [
      "a Jinja template",
      { "c.yaml": "a: 1\n{% if B %}\nb: 1\n{% endif %}\n" },
      /^c\.yaml:2: this is a Jinja template .* render it/,
    ],
    ["a template whose values alone are Jinja's", { "c.yaml": "a: {{ A }}\n" }, /^c\.yaml:1: this is a Jinja template/],
    [
      "values that lie too deep",
      { "c.yaml": `a: ${"[".repeat(201)}${"]".repeat(201)}\n` },
      /^c\.yaml:1: .*200 levels deep$/,
    ],
    ["an alias without anchor", { "c.yaml": "a: 1\nb: *none\n" }, /^c\.yaml:2: an alias names an anchor/],
    [
      "an alias inside itself",
      { "c.yaml": "a: &x\n  b: *x\n" },
      /^c\.yaml:\d: an alias is inside the value that it names$/,
    ],
    [
      "a tag of Python's",
      { "c.yaml": "a: !!python/name:os.system ''\n" },
      /^c\.yaml:1: the tag !!python\/name:os\.system/,
    ],
    [
      "a tag of its own, which may be a value without quotes",
      { "c.yaml": "a: !hunter22\n" },
      /^c\.yaml:1: a tag of its own is not supported \(put a value that begins with ! in quotes\)$/,
    ],
    ["a day that does not exist", { "c.yaml": "a: 2024-02-31\n" }, /^c\.yaml:1: a value that is not of the form/],
  ] as [string, Record<string, string | Uint8Array>, RegExp][])("%s", (_name, files, message) => {
    expect(loadFailing(files, "c.yaml")).toMatch(message);
  });

  test("a folder without *.yaml, and no file at all", () => {
    expect(loadFailing({ "folder/readme.txt": "" }, "folder")).toBe(
      "folder: expected *.yaml files in this folder, found none",
    );
    expect(loadFailing({})).toBe("expected a configuration file, found none named");
  });
});
