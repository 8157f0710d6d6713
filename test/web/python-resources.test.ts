import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { RawConnection } from "../http/support/raw-connection.ts";
import { python } from "./service.ts";

interface Description {
  readonly method: string;
  readonly uri: string;
  readonly prepath: string[];
  readonly postpath: string[];
  readonly args: Record<string, string[]>;
  readonly headers: [string, string][];
  readonly address: string;
  readonly ip: string;
  readonly info: [string, string | null];
  readonly secure: boolean;
  readonly repr: string;
}

const HTML = "text/html; charset=utf-8";

describe("web resources of Python modules", () => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "media-bridge-files-"));
    writeFileSync(join(folder, "abc.txt"), "abcdefghij");
    const paths = {
      "/_synapse/client/leaf": "leaf",
      "/_synapse/client/branch": "branch",
      "/_synapse/client/branch/other/deep": "leaf",
      "/_synapse/client/broken": "broken",
      "/_synapse/client/deferring": "deferring",
      "/_synapse/client/page": "page",
      "/_synapse/client/who": "who",
      "/_synapse/client/rooms": "rooms",
      "/_synapse/client/files": "files",
    };
    service = await startTestService({
      config: { max_upload_size: "100M" },
      mediaBridge: { modules: [python(paths, { folder })] },
    });
  });
  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });
  const ask = (path: string, init?: Parameters<TestService["request"]>[1]) =>
    service.request(`/_synapse/client/${path}`, init);
  const describeRequest = async (path: string, init?: RequestInit) =>
    (await (await ask(path, init)).json()) as Description;

  test("see method, path, query and headers as the client sent them, less those between neighbours", async () => {
    const seen = await RawConnection.ask(service.port, {
      method: "PATCH",
      target: "/_synapse/client/leaf/a%20b//c%2Fd/?x=1&x=2&y=%C3%BC",
      headers: [
        ["X-Own", "one"],
        ["X-Own", "two"],
        ["x-latin", "grüezi"],
        ["Connection", "keep-alive, X-Neighbour"],
        ["X-Neighbour", "not yours"],
        ["Keep-Alive", "timeout=5"],
        ["TE", "trailers"],
        ["Proxy-Authorization", "Basic c2VjcmV0"],
        ["X-Media-Bridge-Request", "7"],
      ],
      body: "patch",
    });
    const described = JSON.parse(seen.body.toString()) as Description;
    expect(described).toMatchObject({
      method: "PATCH",
      uri: "/_synapse/client/leaf/a%20b//c%2Fd/?x=1&x=2&y=%C3%BC",
      prepath: ["_synapse", "client", "leaf"],
      postpath: ["a b", "", "c/d", ""],
      args: { x: ["1", "2"], y: ["ü"] },
      secure: false,
    });
    const names = described.headers.map(([name]) => name.toLowerCase());
    expect(described.headers.filter(([name]) => name === "X-Own")).toEqual([
      ["X-Own", "one"],
      ["X-Own", "two"],
    ]);
    expect(described.headers).toContainEqual(["Host", "example.test"]);
    expect(described.headers.find(([name]) => /x-latin/i.test(name))?.[1]).toBe("grüezi");
    for (const name of ["x-neighbour", "keep-alive", "te", "proxy-authorization", "x-media-bridge-request"])
      expect(names).not.toContain(name);
  });

  test("answer with their own status and headers, doubled ones too", async () => {
    const answer = await ask("leaf");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-twice")).toBe("1, 2");
    expect(answer.headers.get("server")).toMatch(/^Synapse\/1\.163/);
  });

  test("are told the client's address, whatever it says in X-Forwarded-For", async () => {
    const seen = await describeRequest("leaf", {
      headers: { "X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https", "User-Agent": "tester" },
    });
    expect([seen.address, seen.ip, ...seen.info]).toEqual(["127.0.0.1", "127.0.0.1", "127.0.0.1", "tester"]);
    expect(seen.secure).toBe(false);
  });

  test("keep tokens out of what requests are called in the log", async () => {
    const seen = await describeRequest("leaf?a=1&access_token=hidden&b=2");
    expect(seen.repr).toBe("<XForwardedForRequest GET /_synapse/client/leaf?a=1&access_token=<redacted>&b=2>");
    expect(service.log.text()).not.toContain("hidden");
  });

  test.each([
    "a=1;access_token=SECRET",
    "%61ccess_token=SECRET",
    "ACCESS%5FTOKEN=SECRET",
    "%2561ccess_token=SECRET",
    "access_token%3DSECRET",
    "next=%2Fx%3Faccess_token%3DSECRET",
    "a=1;client_secret=SECRET;b=2",
  ])("keep the token of %j out of the log when they refuse", async (query) => {
    const answer = await ask(`deferring?what=refuse&${query}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await service.log.waitFor(({ message }) => message.includes("/_synapse/client/deferring?what=refuse"));
    expect(service.log.text()).not.toContain("SECRET");
  });

  test("have children as in Twisted: put there, made up, or registered below", async () => {
    expect(await (await ask("branch")).text()).toBe("the branch itself");
    expect((await describeRequest("branch/fixed/x")).postpath).toEqual(["x"]);
    expect((await describeRequest("branch/dynamic")).prepath).toEqual(["_synapse", "client", "branch", "dynamic"]);
    expect((await describeRequest("branch/other/deep")).prepath.at(-1)).toBe("deep");
    expect((await ask("branch/nothing")).status).toBe(404);
    const between = await ask("branch/other");
    expect([between.status, await between.json()]).toEqual([
      404,
      { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" },
    ]);
  });

  test("are found by whole segments, encoded or not", async () => {
    expect((await ask("le%61f")).status).toBe(200);
    expect((await ask("leaf/")).status).toBe(200);
    for (const path of ["leafy", "lea", "Leaf", "leaf%2Fx", ""]) {
      const answer = await ask(path);
      expect([path, answer.status, ((await answer.json()) as { errcode: string }).errcode]).toEqual([
        path,
        404,
        "M_UNRECOGNIZED",
      ]);
    }
  });

  test("leave preflight requests to the service", async () => {
    const answer = await ask("leaf", { method: "OPTIONS" });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  test.each(["broken", "deferring?what=fail"])("answer 500 in Matrix form when they raise: %s", async (path) => {
    const answer = await ask(path);
    const logged = await service.log.waitFor(({ level, facts }) => {
      const { traceback } = (facts["python"] ?? {}) as Record<string, string>;
      return level === "error" && /secret of the/.test(traceback ?? "");
    });
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { errcode: "M_UNKNOWN", error: "Internal server error" },
    ]);
    expect(logged.facts).toMatchObject({
      module: "web_resources.WebResources",
      request: expect.any(Number),
      python: { traceback: expect.stringContaining("web_resources.py") },
    });
  });

  test("A Python resource that raises in the middle of an answer never sends half of it as a whole", async () => {
    const answer = await ask("broken", { method: "POST" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.text()).not.toContain("half an answer");
  });

  test("Python resources that answer JSON await, refuse and answer by themselves", async () => {
    const answer = await ask("deferring");
    expect([answer.status, await answer.text()]).toEqual([200, '{"a":"ü","z":1}']);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("cache-control")).toBe("no-cache, no-store, must-revalidate");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const refused = await ask("deferring?what=refuse");
    expect([refused.status, refused.headers.get("x-pot"), await refused.json()]).toEqual([
      418,
      "brown",
      { errcode: "ORG_EXAMPLE_TEA", error: "Tea only", pot: 1 },
    ]);
    expect((await ask("deferring?what=none")).status).toBe(202);
    expect(await (await ask("deferring", { method: "DELETE" })).json()).toEqual({ deleted: true });
    const head = await ask("deferring", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "16", ""]);
    const unknown = await ask("deferring", { method: "PUT" });
    expect([unknown.status, await unknown.json()]).toMatchObject([405, { errcode: "M_UNRECOGNIZED" }]);
    expect((await ask("deferring?what=else")).status).toBe(400);
  });

  test("Python resources that answer HTML forbid frames, redirect and escape errors", async () => {
    const page = await ask("page");
    expect([page.status, page.headers.get("content-type"), await page.text()]).toEqual([200, HTML, "<p>grüezi</p>"]);
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect(page.headers.get("content-security-policy")).toBe("frame-ancestors 'none';");
    const sent = await ask("page?to=https://elsewhere.test/");
    expect([sent.status, sent.headers.get("location")]).toEqual([302, "https://elsewhere.test/"]);
    const gone = await ask("page?fail");
    expect(gone.status).toBe(200);
    const failed = await ask("page?fail=1");
    expect([failed.status, await failed.text()]).toEqual([410, expect.stringContaining("&lt;gone&gt;")]);
  });

  test("made of servlets find theirs by pattern, with decoded groups", async () => {
    expect(await (await ask("rooms/%21r%3Aexample.test?limit=3")).json()).toEqual({
      room: "!r:example.test",
      limit: 3,
    });
    const put = await ask("rooms/x", { method: "PUT", body: '{"a":[1]}' });
    expect([put.status, await put.json()]).toEqual([201, { room: "x", body: { a: [1] } }]);
    const bad = await ask("rooms/x", { method: "PUT", body: "nonsense" });
    expect([bad.status, await bad.json()]).toMatchObject([400, { errcode: "M_NOT_JSON" }]);
    expect((await ask("rooms/x", { method: "POST" })).status).toBe(405);
    expect((await ask("rooms/x/y")).status).toBe(404);
  });

  test("serve files, ranges of them too", async () => {
    const whole = await ask("files/abc.txt");
    expect([whole.status, await whole.text()]).toEqual([200, "abcdefghij"]);
    const part = await ask("files/abc.txt", { headers: { Range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "cde"]);
  });
});
