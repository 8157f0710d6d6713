import { execa } from "execa";
import { expect, test } from "vitest";

const SECOND_CLIENT = "NativeModule internal/deps/undici/undici";

/** The modules of Node's own that a process has loaded after an import. */
async function loadedBy(specifier: string): Promise<string[]> {
  const script = `await import(${JSON.stringify(specifier)}); console.log(JSON.stringify(process.moduleLoadList));`;
  const { stdout } = await execa(process.execPath, ["--no-warnings", "--input-type=module", "-e", script]);
  return JSON.parse(stdout) as string[];
}

test("The HTTP server and client that the service uses come without the second client that an import of node:http loads", async () => {
  const own = await loadedBy(new URL("../../../src/util/http/node-http.ts", import.meta.url).href);
  expect(own).toContain("NativeModule _http_server");
  expect(own).not.toContain(SECOND_CLIENT);
  expect(await loadedBy("node:http")).toContain(SECOND_CLIENT);
});
