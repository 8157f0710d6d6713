import { Console } from "node:console";

/**
 * Keeps what TypeScript modules print apart from what a command prints on stdout, and keeps an unhandled rejection of a
 * module from ending the command.
 */
export function isolateModuleOutput(): void {
  globalThis.console = new Console(process.stderr);
  process.on("unhandledRejection", (error) => {
    console.error("warning: a promise was rejected, and no code awaits it:", error);
  });
}
