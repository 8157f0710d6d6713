import type { Command } from "commander";
import { StartError } from "../../errors.ts";
import { collect, loadAsService, print } from "../terminal/command-line.ts";

interface StatusCommandOptions {
  readonly config?: string[];
  readonly socket?: string;
  readonly json?: boolean;
}

const WHOSE =
  "status: expected either --config <path>, for the service that runs with it, or --socket <path>, for the media-bridge " +
  "callbacks that listens there";

/** Adds `media-bridge status`. */
export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("say how the running service is doing: chains with verdicts and times, queues, children, refusals")
    .option("-c, --config <path>", "a YAML file, or a folder of *.yaml; may be repeated", collect)
    .option("--socket <path>", "ask the media-bridge callbacks that listens there, in place of a service")
    .option("--json", "print JSON")
    .action(async ({ config, socket, json }: StatusCommandOptions) => {
      const { status, statusInside } = await import("./status.ts");
      const options = { json: json === true };
      if (socket !== undefined && config === undefined) print(await statusInside(socket, options));
      else if (config !== undefined && socket === undefined) print(await status(await loadAsService(config), options));
      else throw new StartError("CONFIG", WHOSE);
      process.exit(0);
    });
}
