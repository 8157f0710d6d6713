import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "./process.ts";

/** What a tab told of a page. */
export interface TabEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** One tab of a headless Chromium. */
export interface Tab {
  /** Sends a command of the DevTools protocol; resolves to its result, rejects with what is wrong with it. */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** Resolves with the next event of that name. */
  next(method: string): Promise<Record<string, unknown>>;
  /** Everything that it told so far. */
  readonly events: readonly TabEvent[];
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--no-first-run",
  "--remote-debugging-port=0",
  "--remote-debugging-address=127.0.0.1",
];

/** Starts Debian's Chromium with a profile of its own, and opens a tab. */
export async function openTab(): Promise<Tab> {
  const profile = mkdtempSync(join(tmpdir(), "media-bridge-chromium-"));
  const browser = await startProcess("chromium", [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    ready: /DevTools listening on ws:\/\/([\d.:]+)\//,
    environment: { HOME: profile },
  });
  const targets = (await (await fetch(`http://${browser.ready[1]}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "");
  const answers = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, (params: Record<string, unknown>) => void>();
  const events: TabEvent[] = [];
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) return answers.get(message.id)?.(message);
    const { method = "", params = {} } = message;
    events.push({ method, params });
    listeners.get(method)?.(params);
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  return {
    events,
    send(method, params = {}) {
      const id = answers.size + 1;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve, reject) => {
        answers.set(id, ({ result = {}, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
      });
    },
    next: (method) => new Promise((resolve) => listeners.set(method, resolve)),
    async close() {
      socket.close();
      await browser.stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
