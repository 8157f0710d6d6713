import type { Command } from "commander";
import { collect, print } from "../terminal/command-line.ts";

interface PortCommandOptions {
  readonly to: string;
  readonly config?: string[];
  readonly python?: string;
  readonly pythonPath?: string[];
}

/** The commands by which a Python module becomes one in TypeScript. */
export function addMigrationCommands(program: Command): void {
  program
    .command("port")
    .description("write the beginning of a TypeScript module for a Python one, without its logic, and a parity test")
    .argument("<class>", "the Python module, such as my_package.MyModule")
    .requiredOption("--to <file>", "the TypeScript file to write, such as ./my-module.ts; nothing is overwritten")
    .option("-c, --config <path>", "the configuration that has the module; may be repeated", collect)
    .option("--python <executable>", "the Python interpreter that has the module's packages")
    .option("--python-path <folder>", "a folder in which Python looks for the module; may be repeated", collect)
    .action(async (path: string, options: PortCommandOptions) => {
      const { port } = await import("./port.ts");
      print(await port(path, options));
      process.exit(0);
    });
}
