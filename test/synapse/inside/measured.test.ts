import { expect, test } from "vitest";
import { INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";

const modules = (calls: string) => [typescript([{ typescript: `${INSIDE_MODULES}/rules.ts`, config: { calls } }])];

test("Synapse's own metrics count each callback of a TypeScript module, and its time", async () => {
  const resources = [{ names: ["client", "media", "metrics"], compress: false }];
  const listeners = [
    { port: 0, bind_addresses: ["127.0.0.1"], type: "http", tls: false, x_forwarded: true, resources },
  ];
  const synapse = await InsideSynapse.start(modules, { config: { enable_metrics: true, listeners } });
  try {
    const alice = await synapse.register("alice");
    for (const body of ["hello, all", "1234567"]) await synapse.upload(alice, body);
    const metrics = await (await fetch(`${synapse.url}/_synapse/metrics`)).text();
    const block = 'block_name="synapse_media_bridge_module\\.TypeScriptModules\\.isUserAllowedToUploadMediaOfSize"';
    expect(metrics).toMatch(new RegExp(`^synapse_util_metrics_block_count_total\\{${block}.*\\} 2\\.0$`, "m"));
    expect(metrics).toMatch(new RegExp(`^synapse_util_metrics_block_time_seconds_total\\{${block}.*\\} 0\\.0`, "m"));
  } finally {
    await synapse.stop();
  }
});
