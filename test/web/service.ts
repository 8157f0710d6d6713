import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { startTestService, type TestService, type TestServiceOptions } from "../support/service.ts";

/** An entry of the module of `test/fixtures/modules/web_resources.py`: paths and what is served there. */
export function python(paths: Record<string, string>, more: object = {}, name = "WebResources"): object {
  return { module: `web_resources.${name}`, config: { paths, ...more } };
}

/** A service with these modules, stopped after the test. */
export async function startWith(modules: readonly object[], options: TestServiceOptions = {}): Promise<TestService> {
  const { config, mediaBridge } = options;
  const service = await startTestService({
    ...options,
    config: { max_upload_size: "100M", ...config },
    mediaBridge: { modules, ...mediaBridge },
  });
  onTestFinished(() => service.stop());
  return service;
}

/** Begins a request and answers its response, of which nothing is read yet. */
export async function begin(service: TestService, path: string): Promise<IncomingMessage> {
  const outgoing = request(service.url + path).end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return response;
}
