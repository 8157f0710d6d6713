import { type Command, InvalidArgumentError } from "commander";
import { collect, loadAsService, print } from "../terminal/command-line.ts";

interface ParityCommandOptions {
  readonly config: string[];
  readonly json?: boolean;
  readonly require?: number;
  readonly fixture?: string;
  readonly anonymous?: boolean;
}

/** Adds `media-bridge parity`. */
export function addParityCommand(program: Command): void {
  program
    .command("parity")
    .description("say how candidates have answered beside the modules that decide, and what that proves")
    .requiredOption("-c, --config <path>", "a YAML file, or a folder of *.yaml; may be repeated", collect)
    .option("--json", "print JSON")
    .option("--require <n>", "exit status 1 unless so many questions of each callback show no difference", readCount)
    .option("--fixture <file>", "write what was answered differently, and a test for vitest beside it")
    .option("--anonymous", "replace user ids and names of servers, for what leaves this machine")
    .action(async ({ require: required, config, json, fixture, anonymous }: ParityCommandOptions) => {
      const loaded = await loadAsService(config);
      const { parity } = await import("./parity.ts");
      const holds = parity(loaded, {
        json: json === true,
        required,
        fixture,
        anonymous: anonymous === true,
        isTerminal: process.stdout.isTTY,
        print,
      });
      process.exitCode = holds ? 0 : 1;
    });
}

/** A whole number from 1. */
function readCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}
