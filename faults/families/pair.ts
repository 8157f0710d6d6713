import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createFolder, PYTHON, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";
import { ask, type Answer } from "./ask.ts";
import type { Family, Question, World } from "./family.ts";
import { startFamilyHomeserver } from "./homeserver.ts";

/** Two services, one with the module in Python and one with it in TypeScript, which are asked the same. */
export interface Pair {
  /** Both answers; a request that gets none is answered with status 0. */
  ask(question: Question): Promise<readonly [original: Answer, candidate: Answer]>;
  /** Ends both. Answers what the table of the world holds in each, where it names one. */
  end(): Promise<readonly [original: unknown, candidate: unknown]>;
}

export interface PairOptions {
  /** The TypeScript module, where it is not the family's own. */
  readonly candidate?: string;
  /** Of each callback, in milliseconds. */
  readonly deadlineMs?: number;
}

const CALLBACKS = ["get_media_config_for_user", "is_user_allowed_to_upload_media_of_size", "check_media_file_for_spam"];

/** Starts both. */
export async function startPair(family: Family, world: World, options: PairOptions = {}): Promise<Pair> {
  const examples = join(ROOT, "examples/migration", family.folder);
  const homeserver = await startFamilyHomeserver();
  const modules = [{ module: family.python }, { typescript: options.candidate ?? join(examples, family.typescript) }];
  const sides = await Promise.all(
    modules.map(async (module) => {
      const folder = createFolder();
      const token = join(folder, "admin.token");
      writeFileSync(token, "a-token", { mode: 0o600 });
      const config = writeFaultConfig(folder, {
        config: { ...world.settings, modules: [{ ...module, config: world.config }] },
        mediaBridge: {
          tokens_file: undefined,
          homeserver: { url: homeserver.url, admin_token_file: token, database: "own" },
          durability: "relaxed",
          python: { ...PYTHON, path: [examples] },
          ...(options.deadlineMs && { callbacks: deadlines(options.deadlineMs) }),
        },
      });
      return { folder, service: await startFaultyService(config, {}, () => {}) };
    }),
  );
  const agent = new Agent({ keepAlive: true });
  const askOne = ({ url }: FaultyService, question: Question) =>
    ask(url, question, agent).catch((error: Error): Answer => ({ status: 0, body: error.message }));
  const [original, candidate] = sides;
  if (original === undefined || candidate === undefined) throw new Error("there are two sides");
  return {
    ask: (question) => Promise.all([askOne(original.service, question), askOne(candidate.service, question)]),
    async end() {
      agent.destroy();
      const ended = await Promise.all(sides.map(({ service }) => service.end("SIGTERM")));
      if (ended.some((status) => status !== 0)) throw new Error(`the services ended with ${ended.join(" and ")}`);
      homeserver.close();
      const tables = [readTable(original.folder, world.table), readTable(candidate.folder, world.table)] as const;
      for (const { folder } of sides) removeFolder(folder);
      return tables;
    },
  };
}

function deadlines(ms: number): object {
  return Object.fromEntries(CALLBACKS.map((name) => [name, { deadline: ms }]));
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
