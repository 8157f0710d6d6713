import { once } from "node:events";
import { createSecureServer } from "node:http2";
import { createServer, type Server } from "node:https";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildConnector } from "undici";
import { createUpstream } from "../../src/proxy/to-synapse.ts";
import { Connections } from "../../src/proxy/connections.ts";
import { SmallRequestClient } from "../../src/proxy/small-request-client/small-request-client.ts";
import { portOf } from "../http/support/bodies.ts";
import { createCertificate } from "../support/servers/certificate.ts";

const UPLOAD = { method: "POST", target: "/upload", headers: ["Content-Length", "200000"] } as const;
const BODY = [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")];

let server: Server;
let certificate: ReturnType<typeof createCertificate>;
let url: URL;
/** How much came with each request, and over which connection. */
const requests: { readonly bytes: number; readonly peerPort: number | undefined }[] = [];
beforeAll(async () => {
  certificate = createCertificate();
  server = createServer(certificate, (req, res) => {
    const peerPort = req.socket.remotePort;
    void text(req).then(({ length }) => {
      requests.push({ bytes: length, peerPort });
      return res.end("stored");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = new URL(`https://127.0.0.1:${portOf(server)}`);
});
afterAll(async () => {
  server.closeAllConnections();
  await once(server.close(), "close");
});

test("A small request goes over TLS, and the next one over the same connection", async () => {
  const connections = new Connections(2, buildConnector({ ca: certificate.cert }));
  const exchanges = new SmallRequestClient(url, connections, 10_000);
  for (let nth = 0; nth < 2; nth += 1) {
    const { answer } = await exchanges.exchange({ ...UPLOAD, body: BODY });
    expect([answer.status, answer.body.toString()]).toEqual([200, "stored"]);
  }
  connections.close();
  expect(requests.map(({ bytes }) => bytes)).toEqual([200_000, 200_000]);
  expect(new Set(requests.map(({ peerPort }) => peerPort)).size).toBe(1);
});

test("A server whose certificate is not trusted hears nothing, of small bodies and of large ones", async () => {
  requests.length = 0;
  const upstream = createUpstream({ url: url.href, connectTimeoutMs: 10_000, maxConnections: 2, timeoutMs: 10_000 });
  const refused = { code: "UPSTREAM_UNREACHABLE", cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } };
  await expect((await upstream.turn("upload")).exchange({ ...UPLOAD, body: BODY })).rejects.toMatchObject(refused);
  await expect((await upstream.turn("upload")).send({ ...UPLOAD, body: Readable.from(BODY) })).rejects.toMatchObject(
    refused,
  );
  await upstream.close();
  expect(requests).toEqual([]);
});

test("A proxy before Synapse that offers HTTP/2 is spoken to in HTTP/1.1, for small bodies and for large ones", async () => {
  const trusted = getCACertificates("default");
  const versions: string[] = [];
  const proxy = createSecureServer({ ...certificate, allowHTTP1: true }, (req, res) => {
    versions.push(req.httpVersion);
    req.resume().on("end", () => void res.end("stored"));
  });
  setDefaultCACertificates([...trusted, certificate.cert]);
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const upstream = createUpstream({
    url: `https://127.0.0.1:${portOf(proxy)}`,
    connectTimeoutMs: 10_000,
    maxConnections: 2,
    timeoutMs: 10_000,
  });
  try {
    const { answer } = await (await upstream.turn("upload")).exchange({ ...UPLOAD, body: BODY });
    expect(answer.body.toString()).toBe("stored");
    const { body } = await (await upstream.turn("upload")).send({ ...UPLOAD, body: Readable.from(BODY) });
    expect(await text(body)).toBe("stored");
    expect(versions).toEqual(["1.1", "1.1"]);
  } finally {
    setDefaultCACertificates(trusted);
    await upstream.close();
    proxy.close();
  }
});
