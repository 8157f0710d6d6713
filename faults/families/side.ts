import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createFolder, PYTHON, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";
import { startFaultyService } from "../support/service.ts";
import { ask, type Answer } from "./ask.ts";
import type { Family, Question, World } from "./family.ts";

/** A service with the module of a family, in one of its forms. */
export interface Side {
  /** A request that gets no answer is answered with status 0. */
  ask(question: Question): Promise<Answer>;
  /** Ends it. Answers what the table of the world holds, where it names one. */
  end(): Promise<unknown>;
}

export interface SideOptions {
  readonly family: Family;
  readonly world: World;
  readonly homeserverUrl: string;
  /** The file of a TypeScript module; absent: the Python module of the family. */
  readonly typescript?: string;
  /** Of the deciding callbacks of the media repository. */
  readonly deadlineMs?: number | undefined;
}

const DECIDING = ["get_media_config_for_user", "is_user_allowed_to_upload_media_of_size"];

/** The folder of a family's modules. */
export function folderOf({ folder }: Family): string {
  return join(ROOT, "examples/migration", folder);
}

export async function startSide(options: SideOptions): Promise<Side> {
  const folder = createFolder();
  const service = await startFaultyService(writeConfig(folder, options), {}, () => {});
  const agent = new Agent({ keepAlive: true });
  return {
    ask: (question) =>
      ask(service.url, question, agent).catch((error: Error): Answer => ({ status: 0, body: error.message })),
    async end() {
      agent.destroy();
      const status = await service.end("SIGTERM");
      if (status !== 0) throw new Error(`the service ended with ${status}`);
      const table = readTable(folder, options.world.table);
      removeFolder(folder);
      return table;
    },
  };
}

function writeConfig(folder: string, { family, world, homeserverUrl, typescript, deadlineMs }: SideOptions): string {
  const token = join(folder, "admin.token");
  writeFileSync(token, "a-token", { mode: 0o600 });
  const module = typescript === undefined ? { module: family.python } : { typescript };
  return writeFaultConfig(folder, {
    config: { ...world.settings, modules: [{ ...module, config: world.config }] },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: homeserverUrl, admin_token_file: token, database: "own" },
      durability: "relaxed",
      python: { ...PYTHON, path: [folderOf(family)] },
      ...(deadlineMs !== undefined && {
        callbacks: Object.fromEntries(DECIDING.map((name) => [name, { deadline: deadlineMs }])),
      }),
    },
  });
}

function readTable(folder: string, query: string | undefined): unknown {
  if (query === undefined) return undefined;
  const database = new Database(join(folder, "data/media.db"), { readonly: true });
  try {
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}
