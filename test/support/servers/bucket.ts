import { createInterface } from "node:readline";
import { join } from "node:path";
import { execa } from "execa";
import { PROVIDERS } from "../providers.ts";
import { testPython } from "../python.ts";

/** S3 on this machine, with one bucket. */
export interface TestBucket {
  readonly url: string;
  readonly name: string;
  stop(): Promise<void>;
}

/** Starts moto's server. Resolves once the bucket is there. */
export async function startBucket(): Promise<TestBucket> {
  const name = "media";
  const server = execa(testPython(), [join(PROVIDERS, "bucket_server.py"), name], { reject: false, stderr: "ignore" });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", resolve);
    void server.then(({ exitCode }) => reject(new Error(`the bucket's server ended with status ${exitCode}`)));
  });
  return {
    url,
    name,
    async stop() {
      server.stdin.end();
      await server;
    },
  };
}
