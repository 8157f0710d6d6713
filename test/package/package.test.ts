import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProcess } from "../examples/service-process.ts";
import { testPython } from "../support/python.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** Packages are installed. */
const INSTALL_MS = 600_000;

let packed: string;
let elsewhere: string;

beforeAll(async () => {
  packed = mkdtempSync(join(tmpdir(), "media-bridge-packed-"));
  elsewhere = mkdtempSync(join(tmpdir(), "media-bridge-installed-"));
  // dist is there already, and other tests run from it: it must not be made anew now.
  await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", packed], { cwd: PROJECT });
}, INSTALL_MS);

afterAll(() => {
  for (const folder of [packed, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

test("The executable asks for the release of Node.js that the package says it needs", () => {
  const [, needed] = /^const NEEDED = "(.+)";$/m.exec(readFileSync(join(PROJECT, "src/cli/main.ts"), "utf8")) ?? [];
  const { engines } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { engines: { node: string } };
  expect(engines.node).toBe(`>=${needed}`);
});

test("The package holds what it needs and nothing else", async () => {
  const { stdout } = await execa("tar", ["-tzf", tarball()]);
  const paths = stdout.split("\n").map((path) => path.replace(/^package\//, ""));
  for (const path of [
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "package.json",
    "dist/cli/main.js",
    "dist/index.js",
    "dist/index.d.ts",
    "python-shim/__main__.py",
    "python-shim/README.md",
    "python-shim/requirements.txt",
    "python-shim/media_bridge_shim/main.py",
    "python-shim/compat/synapse/module_api/__init__.py",
    "examples/quick-start/media-bridge.yaml",
    "docs/configuration.md",
  ]) {
    expect(paths).toContain(path);
  }
  const wanted =
    /^(LICENSE|README\.md|(?:CHANGELOG|CONTRIBUTING|SECURITY)\.md|package\.json|dist\/.+\.(js|d\.ts)|python-shim\/(README\.md|.+\.py|.+\/synapse_[a-z]+\.json|requirements(-postgres)?\.txt)|templates\/.+\.(md|yaml|py|ts|ini)|examples\/.+\.(md|ya?ml|json|py|ts|sh|conf|service|socket)|examples\/container\/Dockerfile(\.dockerignore)?|docs\/.+\.(md|yaml|png))$/;
  expect(paths.filter((path) => !wanted.test(path))).toEqual([]);
});

test(
  "Installed into an empty folder elsewhere it checks, starts, and its types resolve",
  async () => {
    await install();
    writeModule();

    const checked = await execa("npx", ["media-bridge", "check", "--config", "media-bridge.yaml"], { cwd: elsewhere });
    expect(checked.stdout).toContain("1. small.Small (python)");
    expect(checked.stdout).toContain("2. limits (typescript)");

    // What npx runs. npx itself keeps signals from it, so that it could not be ended in order.
    const command = join(elsewhere, "node_modules/.bin/media-bridge");
    const service = await startProcess(command, ["start", "--config", "media-bridge.yaml"], elsewhere);
    const headers = { Authorization: "Bearer a-token" };
    const [small, large] = await Promise.all(
      [100, 1001].map((bytes) =>
        fetch(`${service.url}/_matrix/media/v3/upload`, { method: "POST", headers, body: Buffer.alloc(bytes) }),
      ),
    );
    expect([small?.status, large?.status]).toEqual([200, 413]);
    expect(await service.stop()).toBe(0);

    // The compiler is ours; the folder's own node_modules is where it finds the package.
    const compiler = join(PROJECT, "node_modules/typescript/bin/tsc");
    const compile = () => execa("node", [compiler, "-p", elsewhere], { cwd: elsewhere, reject: false });
    expect((await compile()).stdout).toBe("");
    writeFileSync(join(elsewhere, "wrong.ts"), MODULE.replace("sizeBytes <=", "sizeBytes.length <="));
    expect((await compile()).stdout).toContain("wrong.ts");
  },
  INSTALL_MS,
);

function tarball(): string {
  return join(packed, readdirSync(packed)[0] ?? "");
}

async function install(): Promise<void> {
  const manifest = {
    name: "elsewhere",
    private: true,
    type: "module",
    // What an operator says yes to: this dependency's install script makes SQLite's driver.
    allowScripts: { "better-sqlite3": true },
  };
  writeFileSync(join(elsewhere, "package.json"), JSON.stringify(manifest));
  // What the project itself was installed from is in npm's cache.
  await execa("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball()], { cwd: elsewhere });
}

const MODULE = `import { defineModule, type ModuleApi } from "synapse-media-bridge";
import { z } from "zod";

export default defineModule({
  name: "limits",
  configSchema: z.strictObject({ max_bytes: z.int() }),
  setup(api: ModuleApi, config) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= config.max_bytes,
    });
  },
});
`;

function writeModule(): void {
  mkdirSync(join(elsewhere, "modules"));
  writeFileSync(join(elsewhere, "modules/limits.ts"), MODULE);
  writeFileSync(
    join(elsewhere, "modules/small.py"),
    `class Small:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.allowed)

    async def allowed(self, user_id, size):
        return size < 5000
`,
  );
  const config = {
    server_name: "example.test",
    media_store_path: join(elsewhere, "media"),
    modules: [{ module: "small.Small" }, { typescript: "./modules/limits.ts", config: { max_bytes: 1000 } }],
    media_bridge: {
      listen: { host: "127.0.0.1", port: 0 },
      tokens_file: "./tokens.yaml",
      // An environment of the service's own takes as long as everything else: python-environment.test.ts makes one.
      python: { executable: testPython(), path: ["./modules"] },
    },
  };
  // JSON is YAML.
  writeFileSync(join(elsewhere, "media-bridge.yaml"), JSON.stringify(config));
  writeFileSync(join(elsewhere, "tokens.yaml"), JSON.stringify({ "a-token": { user_id: "@a:example.test" } }));
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, noEmit: true, skipLibCheck: true };
  writeFileSync(join(elsewhere, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts", "modules"] }));
}
