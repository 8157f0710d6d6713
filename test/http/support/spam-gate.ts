import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { FileInfo } from "../../../src/index.ts";
import { portOf } from "./bodies.ts";

/** What `fixtures/http/spam-gate.ts` asks. */
export interface SpamQuestion {
  readonly path: string;
  readonly sizeBytes: number;
  readonly info: FileInfo;
  readonly uploader?: string;
  readonly requester?: string;
}

/** The verdict as a status: 200 lets the file pass, 500 makes the module fail. */
export type SpamAnswer = 200 | 403 | 500;

/** Answers what the module asks about files. */
export interface SpamGate {
  /** The `modules` entry of a service that asks here. */
  readonly module: { readonly typescript: string; readonly config: { readonly url: string } };
  /** Every question so far. */
  readonly questions: readonly SpamQuestion[];
  /** Those about thumbnails. */
  thumbnails(): SpamQuestion[];
  /** How questions are answered from now on; all files pass at first. */
  answer: (question: SpamQuestion) => SpamAnswer | Promise<SpamAnswer>;
  /** Leaves questions about thumbnails open until the function that is returned is called. */
  holdThumbnails(): () => void;
}

/** Opens a gate that ends with the test. */
export async function openSpamGate(): Promise<SpamGate> {
  const questions: SpamQuestion[] = [];
  const server = createServer((request, response) => {
    void take(request).then((status) => response.writeHead(status).end());
  });
  const take = async (request: IncomingMessage): Promise<SpamAnswer> => {
    const question = JSON.parse(await text(request)) as SpamQuestion;
    questions.push(question);
    return gate.answer(question);
  };
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const typescript = fileURLToPath(new URL("../../fixtures/http/spam-gate.ts", import.meta.url));
  const gate: SpamGate = {
    module: { typescript, config: { url: `http://127.0.0.1:${portOf(server)}/` } },
    questions,
    thumbnails: () => questions.filter(({ info }) => info.thumbnail !== null),
    answer: () => 200,
    holdThumbnails() {
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      gate.answer = async ({ info }): Promise<SpamAnswer> => {
        if (info.thumbnail !== null) await held;
        return 200;
      };
      return release;
    },
  };
  return gate;
}
