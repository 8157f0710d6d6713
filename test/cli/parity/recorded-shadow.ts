import { join } from "node:path";
import type { Compared, Pair } from "../../../src/shadow/compared.ts";
import { openStore, PAIR } from "../../shadow/differences/questions.ts";
import { CliFolder } from "../../support/cli.ts";

/** Refuses what is larger than 1,000 bytes; `COMPARE` is `<` in a candidate that is off by one. */
const CANDIDATE = `
import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

export default defineModule({
  name: "limits",
  configSchema: z.strictObject({ max_bytes: z.int(), token: z.string() }),
  setup(api, config) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes COMPARE config.max_bytes,
    });
  },
});
`;

export const SECRET = "hunter2-hunter2-hunter2";

/** A configuration whose first module is to be replaced by \`limits.ts\`. */
export function createFolder(candidate: object = { typescript: "./limits.ts" }): CliFolder {
  const config = { max_bytes: 1000, token: SECRET };
  const folder = new CliFolder({
    config: { modules: [{ module: "my_package.Limits", config, shadow: candidate }] },
  });
  folder.write("limits.ts", CANDIDATE.replace("COMPARE", "<"));
  return folder;
}

export function mendCandidate(folder: CliFolder): void {
  folder.write("limits.ts", CANDIDATE.replace("COMPARE", "<="));
}

export function dataPath(folder: CliFolder): string {
  return join(folder.path, "data");
}

/** Keeps what was compared, as a service would. */
export async function keep(
  folder: CliFolder,
  questions: Iterable<Compared>,
  pair: Pair = pairOf(folder),
): Promise<void> {
  const store = openStore(dataPath(folder), { pair });
  for (const question of questions) store.add(question);
  await store.close();
}

export function pairOf(folder: CliFolder): Pair {
  const candidate = { ...PAIR.candidate, name: join(folder.path, "limits.ts") };
  return { ...PAIR, original: { ...PAIR.original, name: "my_package.Limits" }, candidate };
}
