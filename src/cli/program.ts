import { Command, Option } from "commander";
import { loadConfig } from "../config/load-config.ts";
import { StartError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { addMigrationCommands } from "./migration/commands.ts";
import { addMaintainCommand } from "./running/maintain/command.ts";
import { addStatusCommand } from "./running/status-command.ts";
import { addParityCommand } from "./parity/command.ts";
import { collect, describeForReader, loadAsService, print, readDuration } from "./terminal/command-line.ts";
import { endProgress } from "./terminal/progress.ts";
import { PROXIES, type Proxy } from "./init/proxy-files.ts";

const program = new Command("media-bridge")
  .description(
    "A Matrix media repository that runs Synapse's Python media modules beside TypeScript ones, in one chain",
  )
  .version(VERSION)
  .showHelpAfterError("(add --help for a list of what is available)");

interface CheckCommandOptions {
  readonly config: string[];
  readonly live?: boolean;
  readonly try?: string;
  readonly publicUrl?: string;
  readonly homeserverConfig?: string[];
}

interface InitCommandOptions {
  readonly from?: string;
  readonly serverName?: string;
  readonly proxy: Proxy;
  readonly folder: string;
  readonly dataPath: string;
}

interface CallCommandOptions {
  readonly config?: string[];
  readonly running?: string[];
  readonly json?: boolean;
  readonly record?: string;
}

interface UserCommandOptions {
  readonly config: string[];
  readonly upload?: string;
  readonly file?: string;
  readonly type?: string;
  readonly json?: boolean;
}

const WHOM_TO_CALL =
  "call: expected either --config <path>, for the modules of that configuration, or --running <path>, for the service that " +
  "runs with it";

const CONFIG_OPTION = ["-c, --config <path>", "a YAML file, or a folder of *.yaml; may be repeated", collect] as const;

program
  .command("init")
  .description("write a configuration in front of a Synapse, a proxy's file and a systemd unit; nothing is overwritten")
  .option("--from <path>", "Synapse's homeserver.yaml, from which names, sizes and limits are taken")
  .option("--server-name <name>", "the server's name, without --from or in place of what it says")
  .addOption(new Option("--proxy <name>", "the proxy in front of Synapse").choices(PROXIES).default("nginx"))
  .option("--folder <path>", "where the files are written", ".")
  .option("--data-path <path>", "where the service keeps its own files", "/var/lib/media-bridge")
  .action(async (options: InitCommandOptions) => {
    const { init } = await import("./init/init.ts");
    print(init({ from: options.from, serverName: options.serverName, ...options }));
  });

program
  .command("start")
  .description("start the service")
  .requiredOption(...CONFIG_OPTION)
  .option("--try-out", "print curl lines that upload, are refused, and download (with tokens of the tokens file)")
  .option("--watch", "for development: reload whenever a file of the configuration or of a module changes")
  .action(async (options: { config: string[]; tryOut?: boolean; watch?: boolean }) => {
    const loaded = loadConfig(options.config);
    const { start } = await import("./start/start.ts");
    await start(loaded, {
      tryOut: options.tryOut === true,
      watched: options.watch === true ? options.config : undefined,
      readConfig: () => loadConfig(options.config),
      exit: (code) => process.exit(code),
    });
  });

program
  .command("reload")
  .description("have the running service read its configuration and modules again, without a gap")
  .requiredOption(...CONFIG_OPTION)
  .action(async (options: { config: string[] }) => {
    const { reload } = await import("./running/reload.ts");
    print(await reload(loadConfig(options.config)));
    process.exit(0);
  });

program
  .command("check")
  .description("load the configuration and every module, print the chains, and exit")
  .requiredOption(...CONFIG_OPTION)
  .option("--try <user>", "also call each deciding callback once, as for an upload of this user, and report failures")
  .option("--live", "ask the running service, the homeserver and the public address instead, and say what to change")
  .option("--public-url <url>", "with --live: where clients connect, in place of public_baseurl")
  .option("--homeserver-config <path>", "with --live: a file of Synapse's own; may be repeated", collect)
  .action(async (options: CheckCommandOptions) => {
    if (options.live === true) {
      const { checkLive } = await import("./live/check-live.ts");
      const { publicUrl, homeserverConfig: homeserverConfigs = [] } = options;
      const { text, hasProblems } = await checkLive(await loadAsService(options.config), {
        publicUrl,
        homeserverConfigs,
      });
      print(text);
      process.exit(hasProblems ? 1 : 0);
    }
    const { check } = await import("./check/check.ts");
    const { text, hasProblems } = await check(await loadAsService(options.config), { tryAs: options.try });
    print(text);
    process.exit(hasProblems ? 1 : 0);
  });

program
  .command("call")
  .description("run one chain once and print what each module answers")
  .argument("<callback>", "by Synapse's name, such as is_user_allowed_to_upload_media_of_size")
  .argument("[arguments...]", "as the callback takes them; a limit as JSON")
  .option(
    "-c, --config <path>",
    "ask the modules of this configuration, loaded for this call alone; may be repeated",
    collect,
  )
  .option("-r, --running <path>", "ask the service that runs with this configuration; may be repeated", collect)
  .option("--json", "print JSON")
  .option("--record <file>", "add the question, and what each module said, to a recording (docs/recordings.md)")
  .action(async (callback: string, args: string[], { config, running, json, record }: CallCommandOptions) => {
    const [paths = [], more] = [config, running].filter((given) => given !== undefined);
    if (paths.length === 0 || more !== undefined) throw new StartError("CONFIG", WHOM_TO_CALL);
    const { call } = await import("./running/call.ts");
    const asked = running === undefined ? "configuration" : "service";
    print(await call((await loadAsService(paths)).config, callback, args, { asked, json: json === true, record }));
    process.exit(0);
  });

program
  .command("user")
  .description("say what a user has uploaded, which limits hold and what is left; try an upload without storing it")
  .argument("<user>", "such as @alice:example.org")
  .requiredOption(...CONFIG_OPTION)
  .option("--upload <size>", "try an upload of this size, such as 20M, from step to step")
  .option("--file <path>", "try the upload of this file, spam checkers included; nothing is stored")
  .option("--type <type>", "the content type that the tried upload declares, such as image/png")
  .option("--json", "print JSON")
  .action(async (name: string, { config, json, upload, file, type }: UserCommandOptions) => {
    const { user } = await import("./users/user.ts");
    print(await user((await loadAsService(config)).config, name, { upload, file, type, json: json === true }));
    process.exit(0);
  });

program
  .command("import-usage")
  .description("read from Synapse what users uploaded before this service was put in front of it")
  .requiredOption(...CONFIG_OPTION)
  .option("--period <duration>", "how far back, such as 30d; by default the longest period of each user's limits")
  .action(async (options: { config: string[]; period?: string }) => {
    const loaded = await loadAsService(options.config);
    const periodMs = options.period === undefined ? undefined : readDuration("--period", options.period);
    const { importUsage } = await import("./running/import-usage.ts");
    print(await importUsage(loaded, { periodMs }));
    process.exit(0);
  });

program
  .command("verify")
  .description("compare rows, files and hashes of the store; exit status 1 where something is not as it should be")
  .requiredOption(...CONFIG_OPTION)
  .option("--repair", "move files whose row is gone into lost+found below the media store")
  .option("--json", "print one JSON object a line")
  .action(async (options: { config: string[]; repair?: boolean; json?: boolean }) => {
    const loaded = await loadAsService(options.config);
    const { verify } = await import("./running/verify.ts");
    const isGood = await verify(loaded, { repair: options.repair === true, json: options.json === true, print });
    process.exit(isGood ? 0 : 1);
  });

program
  .command("refusals")
  .description("say why uploads were refused: who decided, sizes, limits; with or without a running service")
  .requiredOption(...CONFIG_OPTION)
  .option("--user <user>", "of this user alone, such as @alice:example.org")
  .option("--since <duration>", "how far back, such as 2d; by default as far as they are kept")
  .option("--json", "print one JSON object a line")
  .action(async (options: { config: string[]; user?: string; since?: string; json?: boolean }) => {
    const loaded = await loadAsService(options.config);
    const sinceMs = options.since === undefined ? undefined : readDuration("--since", options.since);
    const { refusals } = await import("./users/refusals.ts");
    refusals(loaded, { user: options.user, sinceMs, json: options.json === true, print });
  });

program
  .command("forget")
  .description("take a user's id out of what the service keeps, once the account is deactivated; sums stay")
  .argument("<user>", "such as @alice:example.org")
  .requiredOption(...CONFIG_OPTION)
  .action(async (user: string, options: { config: string[] }) => {
    const { forget } = await import("./users/forget.ts");
    print(forget(await loadAsService(options.config), user));
  });

program
  .command("callbacks")
  .description("host TypeScript modules inside a Synapse, which starts this by itself (docs/inside-synapse.md)")
  .option("--socket <path>", "listen on a Unix socket instead, for all Synapse processes of this machine")
  .action(async ({ socket }: { socket?: string }) => {
    const { callbacks } = await import("./callbacks.ts");
    await callbacks({ socket });
    process.exit(0);
  });

program
  .command("new-module")
  .description("make a folder with a module, its configuration, its tests and a README")
  .argument("<name>", "lower-case words, joined by dashes, such as small-files")
  .option("--python", "a module for Synapse, in Python; without it, one in TypeScript")
  .action(async (name: string, options: { python?: boolean }) => {
    const { newModule } = await import("./new-module.ts");
    print(newModule(name, { python: options.python === true, cwd: process.cwd() }));
  });

addMigrationCommands(program);
addParityCommand(program);
addMaintainCommand(program);
addStatusCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  endProgress();
  // One readable error for what an operator can mend; anything else is our own fault and needs its stack.
  console.error(error instanceof StartError ? `media-bridge: ${await describeForReader(error)}` : error);
  process.exit(1);
}
