import { expect, test } from "vitest";
import { PROVIDERS } from "../support/providers.ts";
import { testPython } from "../support/python.ts";
import { scriptProvider, startProviderService } from "./provider-service.ts";

const BODY = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

test("A provider that fails in a child of its own is not heard as one that does not have the file", async () => {
  const providers = [scriptProvider(), scriptProvider("Other")];
  const python = { executable: testPython(), path: [PROVIDERS], isolation: "module" };
  const service = await startProviderService(
    providers.map((provider) => provider.entry()),
    { mediaBridge: { python } },
  );
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  providers[0]?.behave({ fetch: "raises" });
  providers[1]?.behave({ fetch: "absent" });
  expect((await service.download(mediaId)).status).toBe(503);
  providers[0]?.behave({ fetch: "absent" });
  expect((await service.download(mediaId)).status).toBe(404);
});

test("A provider that ends the Python child is answered 503, and the file comes back with the child", async () => {
  const provider = scriptProvider();
  const service = await startProviderService([provider.entry()]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  provider.behave({ fetch: "dies" });
  const answer = await service.download(mediaId);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  provider.behave({});
  await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
  expect((await service.download(mediaId)).status).toBe(200);
});

test("A provider that ends a child of its own leaves the file to the next one, and no other provider's 404 is believed meanwhile", async () => {
  const providers = [scriptProvider(), scriptProvider()];
  const python = { executable: testPython(), path: [PROVIDERS], isolation: "module" };
  const service = await startProviderService(
    providers.map((provider) => provider.entry()),
    { mediaBridge: { python } },
  );
  const [first, second] = [await service.upload(BODY), await service.upload(BODY)];
  service.remove(first);
  service.remove(second);
  providers[0]?.behave({ fetch: "dies" });
  expect((await service.download(first)).status).toBe(200);
  await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 2);
  providers[1]?.behave({ fetch: "absent" });
  expect((await service.download(second)).status).toBe(503);
  await service.log.waitFor(({ message, facts }) => message === "the child is up" && facts["epoch"] === 3);
  providers[0]?.behave({});
  expect((await service.download(second)).status).toBe(200);
});
