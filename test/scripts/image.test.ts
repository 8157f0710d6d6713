import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

interface Instruction {
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
  readonly line: number;
}

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const DOCKERFILE = join(PROJECT, "examples/container/Dockerfile");
// Scripts have no types that the compiler reads.
const load = (name: string) => import(join(PROJECT, "scripts/image", name)) as Promise<Record<string, unknown>>;
const { parseDockerfile, readCommand } = (await load("dockerfile.mjs")) as {
  parseDockerfile: (text: string) => Instruction[];
  readCommand: (instruction: Instruction) => string[];
};
const { readIgnoreList } = (await load("ignore-list.mjs")) as {
  readIgnoreList: (text: string) => (path: string) => boolean;
};

describe("The reader of Dockerfiles", () => {
  test("joins continued lines, passes over comments, and takes flags off", () => {
    const text = "# a comment\nRUN one \\\n  # within\n  && two\n\nCOPY --from=build /a /b\n";
    expect(parseDockerfile(text)).toEqual([
      { keyword: "RUN", flags: {}, rest: "one && two", line: 2 },
      { keyword: "COPY", flags: { from: "build" }, rest: "/a /b", line: 6 },
    ]);
  });

  test("refuses what it does not know, with the line", () => {
    expect(() => parseDockerfile("FROM a\nADD x y\n")).toThrow("line 2: the instruction is not known here: ADD x y");
    expect(() => parseDockerfile("FROM a\nCOPY --chown=1 x y\n")).toThrow(
      "line 2: the flag is not known here: --chown",
    );
    const [shellForm] = parseDockerfile("CMD start\n");
    expect(() => readCommand(shellForm as Instruction)).toThrow("only the JSON form is known here");
  });
});

describe("The example's Dockerfile", () => {
  const instructions = parseDockerfile(readFileSync(DOCKERFILE, "utf8"));
  const last = (keyword: string) => instructions.findLast((instruction) => instruction.keyword === keyword);
  const isIgnored = readIgnoreList(readFileSync(`${DOCKERFILE}.dockerignore`, "utf8"));

  test("copies only what is there and part of the context", () => {
    const copied = instructions
      .filter(({ keyword, flags }) => keyword === "COPY" && flags["from"] === undefined)
      .flatMap(({ rest }) => rest.split(" ").slice(0, -1));
    expect(copied).toContain("package-lock.json");
    expect(copied.filter((path) => isIgnored(path) || !existsSync(join(PROJECT, path)))).toEqual([]);
  });

  test("leaves secrets, data, caches and what was built out of the context", () => {
    const unwanted = ["examples/container/.env", "data/media.db", "node_modules/pg/package.json", "dist/index.js"];
    const caches = ["python-shim/compat/__pycache__/a.pyc", "python-shim/.mypy_cache/a.json"];
    expect([...unwanted, ...caches, ".git/config"].filter((path) => !isIgnored(path))).toEqual([]);
    expect(["src/index.ts", "python-shim/compat/synapse/__init__.py"].filter(isIgnored)).toEqual([]);
  });

  test("ends with a user that is not root, and starts the service as process 1, without a shell", () => {
    expect(last("USER")?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(readCommand(last("ENTRYPOINT") as Instruction)).toEqual(["media-bridge"]);
    expect(readCommand(last("CMD") as Instruction)).toEqual(["start", "--config", "/etc/media-bridge"]);
  });
});
