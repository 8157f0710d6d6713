import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { portOf } from "../http/support/bodies.ts";
import { errorsOf, startProviderService } from "./provider-service.ts";

const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 13) % 251));

test("A provider that is written over Synapse's HTTP client and its helpers stores files and gives them back", async () => {
  const kept = new Map<string, Buffer>();
  let failure: number | undefined;
  const server = createServer((req, res) => {
    const path = req.url ?? "";
    const answer = async () => {
      if (req.method === "PUT") {
        kept.set(path, await buffer(req));
        return res.end();
      }
      const file = kept.get(path);
      res.statusCode = failure ?? (file === undefined ? 404 : 200);
      return res.end(file);
    };
    void answer();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const config = { url: `http://127.0.0.1:${portOf(server)}` };
  const service = await startProviderService([
    { module: "http_provider.Remote", store_local: true, store_synchronous: true, config },
  ]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  failure = 500;
  expect((await service.download(mediaId)).status).toBe(503);
  failure = undefined;
  const answer = await service.download(mediaId);
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
  service.remove(mediaId);
  kept.clear();
  expect((await service.download(mediaId)).status).toBe(404);
  expect(errorsOf(service)).toHaveLength(1);
});
