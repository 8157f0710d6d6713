import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { portOf } from "./bodies.ts";

/**
 * Answers, one by one, what the module `fixtures/http/gate.ts` asks: a callback waits as long as a test wants it to.
 */
export interface Gate {
  /** The `modules` entry of a service that asks here whether an upload is allowed. */
  readonly module: { readonly typescript: string; readonly config: { readonly url: string } };
  /** Resolves when the next question has come; it stays open until it is answered. */
  question(): Promise<{ readonly sizeBytes: number; answer(allowed: boolean): void }>;
  /** Answers all questions from now on. */
  always(allowed: boolean): void;
  stop(): Promise<void>;
}

export async function openGate(): Promise<Gate> {
  const waiting: { url: string; response: ServerResponse }[] = [];
  let wake: (() => void) | undefined;
  let standing: boolean | undefined;
  const server = createServer((request, response) => {
    if (standing !== undefined) {
      response.writeHead(standing ? 200 : 403).end();
      return;
    }
    waiting.push({ url: request.url ?? "", response });
    wake?.();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${portOf(server)}/`;
  return {
    module: { typescript: fileURLToPath(new URL("../../fixtures/http/gate.ts", import.meta.url)), config: { url } },
    async question() {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const { url: asked = "", response } = waiting.shift() ?? {};
      return {
        sizeBytes: Number(asked.slice(1)),
        answer: (allowed) => void response?.writeHead(allowed ? 200 : 403).end(),
      };
    },
    always: (allowed) => (standing = allowed),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
