import type { Command } from "commander";
import { collect, loadAsService, print } from "../../terminal/command-line.ts";

/** `media-bridge maintain`. */
export function addMaintainCommand(program: Command): void {
  program
    .command("maintain")
    .description("run a job now, in the running service or without one; without a name, list the jobs (docs/jobs.md)")
    .argument("[job]", "such as media_retention")
    .requiredOption("-c, --config <path>", "a YAML file, or a folder of *.yaml; may be repeated", collect)
    .option("--dry-run", "change nothing, and count what would be removed")
    .option("--json", "print JSON")
    .action(async (job: string | undefined, options: { config: string[]; dryRun?: boolean; json?: boolean }) => {
      const loaded = await loadAsService(options.config);
      const { maintain } = await import("./maintain.ts");
      const isTrial = options.dryRun === true;
      const { text, isGood } = await maintain(loaded, job, { isTrial, json: options.json === true });
      print(text);
      process.exit(isGood ? 0 : 1);
    });
}
