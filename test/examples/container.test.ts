import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load-config.ts";
import { StubSynapse } from "../guard/support/stub-synapse.ts";
import { startNginx, type Nginx } from "../support/servers/nginx.ts";
import { testPython } from "../support/python.ts";
import { PROJECT, startExample, type ExampleService } from "./example-service.ts";

const FOLDER = join(PROJECT, "examples/container");
const CONFIG = join(FOLDER, "media-bridge/media-bridge.yaml");

interface ComposeService {
  readonly volumes?: readonly string[];
  readonly depends_on?: Record<string, unknown>;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly read_only?: boolean;
  readonly user?: string;
}

interface Compose {
  readonly services: Record<string, ComposeService>;
  readonly volumes: Record<string, unknown>;
}

const compose = parse(readFileSync(join(FOLDER, "compose.yaml"), "utf8")) as Compose;

/** The sources of what is mounted, named volumes and paths alike. */
const sources = Object.values(compose.services).flatMap(({ volumes = [] }) =>
  volumes.map((volume) => volume.split(":")[0] ?? ""),
);

test("Each file and folder that compose.yaml mounts is there, and each volume is declared", () => {
  const paths = sources.filter((source) => source.startsWith("."));
  expect(paths.filter((path) => !existsSync(join(FOLDER, path)))).toEqual([]);
  expect(paths).toHaveLength(4);
  const names = sources.filter((source) => !source.startsWith("."));
  expect(new Set(names)).toEqual(new Set(Object.keys(compose.volumes)));
});

test("compose.yaml builds the Dockerfile of the example, with the repository as its context", () => {
  const { context = "", dockerfile = "" } = compose.services["media-bridge"]?.build ?? {};
  expect(join(FOLDER, context, dockerfile)).toBe(join(FOLDER, "Dockerfile"));
});

test("The containers wait for containers of compose.yaml alone, and are named so in the configurations", () => {
  const names = Object.keys(compose.services);
  const waitedFor = Object.values(compose.services).flatMap(({ depends_on = {} }) => Object.keys(depends_on));
  expect(waitedFor.filter((name) => !names.includes(name))).toEqual([]);
  const nginx = readFileSync(join(FOLDER, "nginx.conf"), "utf8");
  const upstreams = [...nginx.matchAll(/^ +server ([a-z-]+):\d+;$/gm)].map(([, name]) => name);
  expect(upstreams).toEqual(["media-bridge", "synapse"]);
  expect(names).toEqual(expect.arrayContaining(upstreams));
});

describe("The service's configuration", () => {
  const { config, warnings, undecided } = loadConfig([CONFIG]);

  test("loads, without a warning", () => {
    expect([warnings, undecided]).toEqual([[], []]);
  });

  test("uses the volume and the environment of the image, and the modules that compose.yaml mounts", () => {
    const dockerfile = readFileSync(join(FOLDER, "Dockerfile"), "utf8");
    expect(dockerfile).toContain(`COPY --from=build /opt/python /opt/python`);
    expect(config.mediaBridge.python.executable).toBe("/opt/python/bin/python");
    const mounted = compose.services["media-bridge"]?.volumes ?? [];
    expect(mounted).toContain(`media-bridge-data:${config.mediaBridge.dataPath}`);
    expect(mounted).toContain(`../guard:${config.mediaBridge.python.path[0]}:ro`);
  });

  test("waits for uploads under way for less long than the container engine waits for the service", () => {
    const grace = /stop_grace_period: (\d+)s/.exec(readFileSync(join(FOLDER, "compose.yaml"), "utf8"))?.[1];
    expect(config.mediaBridge.shutdownGraceMs).toBeLessThan(Number(grace) * 1000);
  });

  test("has the max_upload_size and the public_baseurl of Synapse's", () => {
    const synapse = parse(readFileSync(join(FOLDER, "synapse.yaml"), "utf8")) as Record<string, unknown>;
    const own = parse(readFileSync(CONFIG, "utf8")) as Record<string, unknown>;
    for (const key of ["max_upload_size", "public_baseurl"]) expect(synapse[key]).toBe(own[key]);
  });
});

describe("Service and nginx, with addresses of this machine in place of the containers' names", () => {
  let synapse: StubSynapse;
  let service: ExampleService;
  let nginx: Nginx;

  beforeAll(async () => {
    synapse = await StubSynapse.start();
    const tokens = join(PROJECT, "examples/quick-start/tokens.yaml");
    const upstream = { url: synapse.url };
    const python = { executable: testPython(), path: [join(PROJECT, "examples/guard")] };
    const mediaBridge = { homeserver: undefined, tokens_file: tokens, upstream, python };
    service = await startExample("container/media-bridge", { mediaBridge });
    nginx = await startNginx(service.port, Number(new URL(synapse.url).port), "container", toThisMachine);
  });
  afterAll(async () => {
    await nginx.stop();
    await service.stop();
    await synapse.stop();
  });

  const upload = (size: number) =>
    fetch(`${nginx.url}/_matrix/media/v3/upload`, {
      method: "POST",
      headers: { Authorization: "Bearer try-out-token-of-bob" },
      body: "x".repeat(size),
    });

  test("hand a small upload on to Synapse, and refuse a large one", async () => {
    expect((await upload(5)).status).toBe(200);
    const refused = await upload(1_100_000);
    // nginx refuses such a body as well, in HTML, where the request does not reach the service.
    expect([refused.status, await refused.json()]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    expect(synapse.uploads.map(({ body }) => body.toString())).toEqual(["xxxxx"]);
  });
});

function toThisMachine(conf: string): string {
  return conf
    .replaceAll(/server (?:media-bridge|synapse):/g, "server 127.0.0.1:")
    .replace("listen 8880;", "listen 127.0.0.1:8880;")
    .replace("pid /run/nginx.pid;", "daemon off;\npid nginx.pid;")
    .replaceAll("/var/cache/nginx/", "");
}
