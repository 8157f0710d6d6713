import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/errors.ts";
import { findFreePort } from "../support/free-port.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { RawConnection, type RawAnswer } from "./support/raw-connection.ts";

interface Operation {
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

type PathItem = { readonly servers?: unknown } & {
  readonly [method in "get" | "head" | "post" | "put" | "options"]?: Operation;
};

interface Description {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly parameters: { readonly Version: { readonly schema: { readonly enum: readonly string[] } } };
    readonly responses: Readonly<
      Record<
        string,
        {
          readonly content?: Record<
            string,
            {
              readonly examples?: Record<
                string,
                { readonly value: { readonly errcode: string; readonly error: string } }
              >;
            }
          >;
        }
      >
    >;
  };
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"];
/** Routes that are only there in front of a Synapse: docs/guard.md. */
const BEFORE_SYNAPSE = ["(handed on)"];

const { info, paths, components } = parse(readProject("docs/openapi.yaml"), withoutParameters) as Description;
const versions = components.parameters.Version.schema.enum;
/** Each path, whether something answers there, and the methods that are described. */
const described = Object.entries(paths).map(([path, { servers, ...operations }]) => ({
  path,
  isElsewhere: servers !== undefined,
  isServed: !Object.values(operations).some(({ tags }) => tags?.includes("Not there yet")),
  methods: Object.keys(operations).map((method) => method.toUpperCase()),
  operations,
}));

let service: TestService;
let metricsPort: number;
let mediaId: string;

beforeAll(async () => {
  metricsPort = await findFreePort();
  service = await startTestService({
    config: { enable_authenticated_media: false },
    mediaBridge: { metrics: { host: "127.0.0.1", port: metricsPort } },
  });
  const png = readFileSync(new URL("../fixtures/pictures/png-rgb.png", import.meta.url));
  mediaId = await service.upload(png, { type: "image/png" });
});
afterAll(() => service.stop());

function ask(port: number, method: string, path: string, version = ""): Promise<RawAnswer> {
  const target = path
    .replace("{version}", version)
    .replace("{serverName}", "example.test")
    .replace("{mediaId}", mediaId)
    .replace("{fileName}", "a.txt")
    .replace(/(?<=\/thumbnail\/.*)$/, "?width=32&height=32");
  return RawConnection.ask(port, { method, target, headers: [["Authorization", "Bearer token-of-alice"]] });
}

/** What an answer says about its path and method. */
function verdictOn({ status, headers, body }: RawAnswer, operation: Operation | undefined): string {
  if (status === 404 && (body.length === 0 || body.includes("M_UNRECOGNIZED"))) return "unknown path";
  if (status === 405) return `not allowed, but ${headers["allow"]?.split(", ").toSorted().join()}`;
  const keys = [String(status), `${Math.floor(status / 100)}XX`];
  return operation && keys.some((key) => key in operation.responses)
    ? "answered"
    : `answered ${status}, which is not described`;
}

describe("docs/openapi.yaml", () => {
  const here = described.filter(({ isElsewhere }) => !isElsewhere);

  test.each(here)("says of $path which methods are answered there", async ({ path, isServed, methods, operations }) => {
    for (const version of path.includes("{version}") ? versions : [""]) {
      for (const method of METHODS) {
        const operation = operations[method.toLowerCase() as keyof typeof operations];
        const otherwise = isServed ? `not allowed, but ${methods.toSorted().join()}` : "unknown path";
        const isAnswered = operation !== undefined && (isServed || method === "OPTIONS");
        const answer = await ask(service.port, method, path, version);
        expect([method, verdictOn(answer, operation)]).toEqual([method, isAnswered ? "answered" : otherwise]);
      }
    }
  });

  test.each(here.filter(({ path }) => path.includes("{version}")))("names every version of $path", async ({ path }) => {
    for (const version of ["v0", "v2", "v4", "r1", "V3", ""]) {
      expect(verdictOn(await ask(service.port, "GET", path, version), undefined)).toBe("unknown path");
    }
  });

  test("leaves no route out", async () => {
    for (const { path, methods } of here) {
      for (const method of methods) for (const version of versions) await ask(service.port, method, path, version);
    }
    const answered = service.log.lines
      .filter(({ message }) => message === "request")
      .map(({ facts }) => facts["route"]);
    expect(new Set([...answered, ...BEFORE_SYNAPSE])).toEqual(new Set(["unknown", ...routeNames()]));
  });

  test("describes the listener of the metrics", async () => {
    const methods = new Set(described.filter(({ isElsewhere }) => isElsewhere).flatMap((entry) => entry.methods));
    const statuses = await Promise.all(
      METHODS.map(async (method) => [method, (await ask(metricsPort, method, "/metrics?a=b")).status]),
    );
    expect(statuses).toEqual(METHODS.map((method) => [method, methods.has(method) ? 200 : 405]));
    const exposition = await ask(metricsPort, "GET", "/metrics");
    expect(exposition.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  test("has every error of the catalogue under its status, in its words, and no other", () => {
    const used = described
      .flatMap(({ operations }) => Object.values(operations))
      .flatMap(({ responses }) => Object.entries(responses))
      .map(([status, { $ref = "" }]) => [status, $ref.split("/").at(-1) ?? ""] as const);
    const errors = [...used, ["405", "MethodNotAllowed"] as const].flatMap(([status, name]) =>
      Object.entries(components.responses[name]?.content?.["application/json"]?.examples ?? {}).map(
        ([code, { value }]) => `${code}: ${status} ${value.errcode}, ${value.error}`,
      ),
    );
    const catalogue = Object.entries(CATALOGUE).map(
      ([code, [status, errcode, error]]) => `${code}: ${status} ${errcode}, ${error}`,
    );
    expect(new Set(errors)).toEqual(new Set(catalogue));
  });

  test("is of this version", () => {
    expect(info.version).toBe((JSON.parse(readProject("package.json")) as { version: string }).version);
  });
});

/** Parameters of whole paths are beside their operations. */
function withoutParameters(key: unknown, value: unknown): unknown {
  return key === "parameters" && Array.isArray(value) ? undefined : value;
}

/** What routes are called in the log, as their source says it. */
function routeNames(): string[] {
  const folder = "src/http/routes";
  const files = readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const source = readProject(`${folder}/${file}`);
      const path = /^const PATH = "(.*)";$/m.exec(source)?.[1] ?? "";
      return [...source.matchAll(/^ {4}name: (?:"(.*)"|PATH),$/gm)].map(([, name = path]) => name);
    });
}

function readProject(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
