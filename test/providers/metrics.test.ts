import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { scriptProvider, startProviderService } from "./provider-service.ts";

test("Calls to providers are counted by outcome, and so is what waits for them", async () => {
  const [good, bad] = [scriptProvider(), scriptProvider("Other")];
  const port = await freePort();
  const service = await startProviderService([good.entry(), bad.entry({ store_synchronous: false })], {
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  bad.behave({ store: "raises", fetch: "raises" });
  const mediaId = await service.upload("hello");
  await service.log.waitFor(({ message }) => message.endsWith("could not store a file"));
  service.remove(mediaId);
  good.behave({ fetch: "absent" });
  expect((await service.download(mediaId)).status).toBe(503);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const calls = "media_bridge_storage_provider_calls_total";
  const [one, other] = ["scripted_provider.Scripted", "scripted_provider.Other"];
  expect(text).toMatch(new RegExp(`${calls}\\{provider="${one}",call="store",outcome="stored"\\} 1`));
  expect(text).toMatch(new RegExp(`${calls}\\{provider="${other}",call="store",outcome="failed"\\} \\d`));
  expect(text).toMatch(new RegExp(`${calls}\\{provider="${one}",call="fetch",outcome="absent"\\} [12]`));
  expect(text).toMatch(new RegExp(`${calls}\\{provider="${other}",call="fetch",outcome="failed"\\} [12]`));
  expect(text).toContain(`media_bridge_storage_provider_pending_files{provider="${other}"} 1`);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
