import { type Command, InvalidArgumentError } from "commander";
import { collect, print } from "../terminal/command-line.ts";
import type { PortOptions } from "./port.ts";
import type { ReplayCommand } from "./replay-command.ts";

/** The commands by which a Python module becomes one in TypeScript. */
export function addMigrationCommands(program: Command): void {
  addPort(program);
  addReplay(program);
}

function addPort(program: Command): void {
  program
    .command("port")
    .description("write the beginning of a TypeScript module for a Python one, without its logic, and a parity test")
    .argument("<class>", "the Python module, such as my_package.MyModule")
    .requiredOption("--to <file>", "the TypeScript file to write, such as ./my-module.ts; nothing is overwritten")
    .option("-c, --config <path>", "the configuration that has the module; may be repeated", collect)
    .option("--python <executable>", "the Python interpreter that has the module's packages")
    .option("--python-path <folder>", "a folder in which Python looks for the module; may be repeated", collect)
    .action(async (path: string, options: PortOptions) => {
      const { port } = await import("./port.ts");
      print(await port(path, options));
      process.exit(0);
    });
}

function addReplay(program: Command): void {
  program
    .command("replay")
    .description(
      "ask a changed module the questions of a recording, offline; exit status 1 where it would have another effect",
    )
    .argument("<recording>", "made by call --record, or by media_bridge.record")
    .option("-m, --module <module>", "the changed module: a file such as ./limits.ts, or a Python class")
    .option("--module-config <file or JSON>", "its configuration; by default that of --entry")
    .option("-c, --config <path>", "the configuration whose settings hold; may be repeated", collect)
    .option(
      "--entry <number>",
      "its entry that is asked, or that --module is to replace; from 1, as check shows them",
      readNumber,
    )
    .option("--shadow", "ask the shadow of that entry, with its configuration and its ignore")
    .option("--of <module>", "whose questions are asked, where the recording has those of several modules")
    .option("--callback <callback>", "ask the questions of this callback alone; may be repeated", collect)
    .option("--ignore <file>", "which differences do not matter: the file of a shadow's ignore")
    .option("--python <executable>", "the Python interpreter that has the modules' packages")
    .option("--python-path <folder>", "a folder in which Python looks for modules; may be repeated", collect)
    .option("--generate", "ask about the borders between recorded numbers instead")
    .option("--original <module>", "with --generate: the module that was recorded, to find its borders; or --entry")
    .option("--original-config <file or JSON>", "its configuration; by default that of the changed module")
    .option("--seed <text>", "with --generate: chooses among very many numbers")
    .option("--write <file>", "with --generate: write the questions and the original's answers as a recording")
    .option("--json", "print JSON")
    .action(async (file: string, options: ReplayCommand) => {
      const { replay } = await import("./replay.ts");
      const { text, isDifferent } = await replay(file, options);
      print(text);
      process.exit(isDifferent ? 1 : 0);
    });
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 1");
}
