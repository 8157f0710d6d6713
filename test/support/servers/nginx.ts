import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../free-port.ts";
import { startProcess } from "../process.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));
const ATTEMPTS = 3;

/** An nginx with the configuration of an example, on a port of its own. */
export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts it in front of a service and a Synapse, both on 127.0.0.1. The addresses, and what the test changes, are all
 * that is different from the example's file.
 */
export async function startNginx(
  servicePort: number,
  synapsePort: number,
  exampleName = "behind-nginx",
  change: (conf: string) => string = (conf) => conf,
): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-nginx-"));
  const conf = join(folder, "nginx.conf");
  const example = change(readFileSync(join(EXAMPLES, exampleName, "nginx.conf"), "utf8"));
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    writeFileSync(conf, replacePorts(example, { 8800: servicePort, 8008: synapsePort, 8880: port }));
    try {
      const nginx = await startProcess("nginx", ["-p", folder, "-c", conf], { ready: /start worker process \d+/ });
      return {
        url: `http://127.0.0.1:${port}`,
        async stop() {
          await nginx.stop();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    } catch (error) {
      // Another process was given the port in between.
      if (attempt < ATTEMPTS && String(error).includes("Address already in use")) continue;
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

function replacePorts(conf: string, ports: Record<number, number>): string {
  return conf.replaceAll(/127\.0\.0\.1:(\d+)/g, (address, port: string) => {
    const replaced = ports[Number(port)];
    if (replaced === undefined) throw new Error(`the example has an address that is not known here: ${address}`);
    return `127.0.0.1:${replaced}`;
  });
}
