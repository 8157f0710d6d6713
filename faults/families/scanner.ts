import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

/** What a scanner does for a file: answers, never answers, or breaks the connection. */
export type ScannerAnswer =
  | "silence"
  | "reset"
  | { readonly status: number; readonly body: Buffer; readonly isChunked: boolean; readonly isZipped: boolean };

/** A scanner that has an answer for each file. */
export interface Scanner {
  readonly url: string;
  learn(content: Buffer, answer: ScannerAnswer): void;
  close(): void;
}

export async function startScanner(): Promise<Scanner> {
  const answers = new Map<string, ScannerAnswer>();
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { searchParams } = new URL(request.url ?? "/", "http://scanner");
    const sha256 = request.method === "GET" ? searchParams.get("sha256") : hash(await buffer(request));
    give(response, answers.get(sha256 ?? "") ?? { status: 200, body: CLEAN, isChunked: false, isZipped: false });
  };
  const server = createServer((request, response) => void respond(request, response).catch(() => request.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    learn: (content, answer) => void answers.set(hash(content), answer),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const CLEAN = Buffer.from('{"clean": true}');

function give(response: ServerResponse, answer: ScannerAnswer): void {
  if (answer === "silence") return;
  if (answer === "reset") {
    response.destroy();
    return;
  }
  const body = answer.isZipped ? gzipSync(answer.body) : answer.body;
  if (answer.isZipped) response.setHeader("Content-Encoding", "gzip");
  if (!answer.isChunked) response.setHeader("Content-Length", body.length);
  // A redirect leads to a clean answer.
  if (answer.status === 302) response.setHeader("Location", "/elsewhere");
  response.writeHead(answer.status);
  if (answer.status === 204) response.end();
  else response.end(body);
}

function hash(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
