import { expect, test } from "vitest";
import { files, type Import, imports } from "./support/source-imports.ts";

/**
 * Who may import whom (docs/architecture.md). A room is a folder of src, or a file that lies in it.
 * Every room may import `errors`, `media-file` and `util`, and what lies in the same room.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  cli: [
    "server",
    "inside",
    "control",
    "http",
    "shadow",
    "media",
    "modules",
    "status",
    "callbacks",
    "config",
    "version",
  ],
  // What programs are handed as `synapse-media-bridge/service`.
  service: ["server", "config"],
  // What tests of modules are handed as `synapse-media-bridge/testing`: a module alone, and the service around it.
  testing: ["service", "modules", "shadow", "callbacks", "homeserver", "storage", "metrics", "module-api"],
  // Hosts TypeScript modules for a Synapse that asks them; there is no service around them.
  inside: [
    "modules",
    "module-api",
    "callbacks",
    "bridge",
    "homeserver",
    "storage",
    "status",
    "metrics",
    "web",
    "version",
  ],
  server: [
    // It implements an interface that `inside` owns: the shadows of modules there are those of the service.
    "inside",
    "control",
    "http",
    "shadow",
    "jobs",
    "coordination",
    "media",
    "thumbnailing",
    "guard",
    "proxy",
    "storage",
    "homeserver",
    "modules",
    "module-api",
    "status",
    "metrics",
    "callbacks",
    "config",
    "web",
    "version",
  ],
  // Speaks to the operator: what a chain decides, in the words and the HTTP answers that a client would get.
  control: ["http", "jobs", "media", "callbacks", "config"],
  http: ["media", "guard", "proxy", "homeserver", "callbacks", "metrics", "web"],
  guard: ["media", "proxy", "homeserver"],
  proxy: [],
  media: ["callbacks"],
  // Decodes pictures in child processes, behind an interface that `media` owns.
  thumbnailing: ["media"],
  // What repeats by itself; an operator may have it run as well.
  jobs: ["media"],
  // What several instances share: it implements interfaces that these own.
  coordination: ["media", "guard", "homeserver"],
  // These own interfaces that it implements.
  storage: ["media", "guard", "module-api"],
  // `index` is what modules are handed as `synapse-media-bridge`.
  modules: ["callbacks", "bridge", "homeserver", "metrics", "config", "index", "web", "module-api"],
  "module-api": ["callbacks", "homeserver", "web"],
  index: ["module-api", "callbacks", "homeserver", "web"],
  web: [],
  metrics: ["callbacks", "module-api", "version"],
  // Modules beside those that decide: asked the same, compared, and never heard.
  shadow: ["modules", "module-api", "callbacks", "homeserver", "storage", "metrics", "config"],
  // How the service is doing, as the page and the terminal show it; `server` reads it.
  status: ["callbacks", "media", "metrics", "shadow"],
  callbacks: [],
  bridge: [],
  homeserver: ["config"],
  config: [],
  version: [],
  errors: [],
  "media-file": [],
  util: [],
};
const FOR_EVERYBODY = new Set(["errors", "media-file", "util"]);
const AT_THE_BOTTOM = new Set(["config", "errors", "media-file", "util"]);

/** Packages that stay in one place. */
const KEPT_IN: Record<string, readonly string[]> = {
  // It costs memory, and only `start --watch` needs it.
  chokidar: ["cli/watch/watch.ts"],
  execa: [
    "bridge/child/spawn-child.ts",
    "modules/python/children/python-environment.ts",
    "thumbnailing/children/spawn-child.ts",
  ],
  // Only lines on a terminal need it.
  "pino-pretty": ["util/log/pretty-lines.ts"],
  msgpackr: ["bridge/transport/codec.ts"],
  // It decodes what strangers send: in a child process alone.
  sharp: ["thumbnailing/decoding/open-picture.ts"],
};

/**
 * The one file outside of the stores that uses a database's driver: for SQLite's lock on a file, which Node does not
 * have.
 */
const LOCK = "util/file-lock.ts";

/** Rooms that one package must not reach. */
const KEPT_OUT: Record<string, readonly string[]> = {
  express: [
    "media",
    "thumbnailing",
    "coordination",
    "guard",
    "proxy",
    "callbacks",
    "storage",
    "modules",
    "bridge",
    "homeserver",
    "config",
    "util",
  ],
  "better-sqlite3": [
    "media",
    "thumbnailing",
    "guard",
    "proxy",
    "http",
    "callbacks",
    "modules",
    "bridge",
    "homeserver",
    "config",
    "util",
  ],
  pg: [
    "media",
    "thumbnailing",
    "guard",
    "proxy",
    "http",
    "callbacks",
    "modules",
    "bridge",
    "homeserver",
    "config",
    "util",
  ],
};

/** Where other rooms enter `storage`: behind these, it alone knows engines. */
const DOORS_OF_STORAGE =
  /^storage\/(?:(?:open\/)?open-\w+|inspect-stores|native-part|stores|module-database\/open-module-database)\.ts$/;

test("Every room of src has its rule", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !Object.hasOwn(MAY_IMPORT, room))).toEqual([]);
});

test("Rooms import only what lies below them", () => {
  const wrong = imports.filter(({ file, target }) => target !== undefined && !isAllowed(roomOf(file), roomOf(target)));
  expect(wrong.map(describeImport)).toEqual([]);
});

test("Only storage knows an engine: other rooms enter it by its doors", () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      target !== undefined &&
      roomOf(target) === "storage" &&
      roomOf(file) !== "storage" &&
      !DOORS_OF_STORAGE.test(target),
  );
  expect(wrong.map(describeImport)).toEqual([]);
});

test("What decodes pictures runs in children alone: no other file imports it", () => {
  const decoding = "thumbnailing/decoding/";
  const wrong = imports.filter(
    ({ file, target }) => target?.startsWith(decoding) === true && !file.startsWith(decoding),
  );
  expect(wrong.map(describeImport)).toEqual([]);
});

test("What is at the bottom imports nothing above it", () => {
  const wrong = imports.filter(
    ({ file, target }) => AT_THE_BOTTOM.has(roomOf(file)) && target !== undefined && !AT_THE_BOTTOM.has(roomOf(target)),
  );
  expect(wrong.map(describeImport)).toEqual([]);
});

test("The bridge knows nothing of Matrix: it imports nothing but itself and util", () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      roomOf(file) === "bridge" && target !== undefined && !["bridge", "util"].includes(roomOf(target)),
  );
  expect(wrong.map(describeImport)).toEqual([]);
});

test("node:http is imported for its types alone, and its values come from util/http/node-http.ts, which saves memory", () => {
  const wrong = imports.filter(({ specifier, typeOnly }) => specifier === "node:http" && !typeOnly);
  expect(wrong.map(describeImport)).toEqual([]);
});

test("undici is imported for its types alone, and its values come from util/http/undici.ts, which loads it where it is needed", () => {
  const wrong = imports.filter(({ specifier, typeOnly }) => specifier === "undici" && !typeOnly);
  expect(wrong.map(describeImport)).toEqual([]);
});

test.each(Object.entries(KEPT_IN))("%s is imported only by %j", (name, places) => {
  const importers = imports.filter(({ specifier }) => isPackage(specifier, name)).map(({ file }) => file);
  expect([...new Set(importers)].toSorted()).toEqual(places.toSorted());
});

test.each(Object.entries(KEPT_OUT))("%s is kept out of %j", (name, rooms) => {
  const wrong = imports.filter(
    ({ file, specifier }) => isPackage(specifier, name) && rooms.includes(roomOf(file)) && file !== LOCK,
  );
  expect(wrong.map(describeImport)).toEqual([]);
});

function isAllowed(from: string, to: string): boolean {
  return from === to || FOR_EVERYBODY.has(to) || (MAY_IMPORT[from] ?? []).includes(to);
}

/** A folder of src, or a file beside them. */
function roomOf(file: string): string {
  return (file.split("/")[0] ?? "").replace(/\.ts$/, "");
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function describeImport({ file, specifier }: Import): string {
  return `src/${file} imports ${specifier}`;
}
