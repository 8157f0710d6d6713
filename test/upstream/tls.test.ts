import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildConnector } from "undici";
import { createUpstream } from "../../src/upstream/client.ts";
import { WholeExchanges } from "../../src/upstream/whole-exchanges.ts";
import { portOf } from "../http/bodies.ts";
import { createCertificate } from "../support/certificate.ts";

const UPLOAD = { method: "POST", target: "/upload", headers: ["Content-Length", "200000"] } as const;
const BODY = [Buffer.alloc(100_000, "a"), Buffer.alloc(100_000, "b")];

let server: Server;
let cert: string;
let url: URL;
/** How much came with each request, and over which connection. */
const requests: { readonly bytes: number; readonly peerPort: number | undefined }[] = [];
beforeAll(async () => {
  const certificate = createCertificate();
  cert = certificate.cert;
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
  const exchanges = new WholeExchanges(url, buildConnector({ ca: cert }), 10_000);
  for (let nth = 0; nth < 2; nth += 1) {
    const { answer } = await exchanges.exchange({ ...UPLOAD, body: BODY });
    expect([answer.status, answer.body.toString()]).toEqual([200, "stored"]);
  }
  exchanges.close();
  expect(requests.map(({ bytes }) => bytes)).toEqual([200_000, 200_000]);
  expect(new Set(requests.map(({ peerPort }) => peerPort)).size).toBe(1);
});

test("A server whose certificate nobody vouches for hears nothing, of small bodies and of large ones", async () => {
  requests.length = 0;
  const upstream = createUpstream({ url: url.href, connectTimeoutMs: 10_000, timeoutMs: 10_000 });
  const refused = { code: "UPSTREAM_UNREACHABLE", cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } };
  await expect(upstream.exchange({ ...UPLOAD, body: BODY })).rejects.toMatchObject(refused);
  await expect(upstream.send({ ...UPLOAD, body: Readable.from(BODY) })).rejects.toMatchObject(refused);
  await upstream.close();
  expect(requests).toEqual([]);
});
