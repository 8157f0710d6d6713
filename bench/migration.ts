import { join } from "node:path";
import { measureInTurn, type Work } from "./support/load.ts";
import { memoryOfTree, treeOf } from "./support/processes.ts";
import { printTable } from "./support/table.ts";
import { newFolder, type Target } from "./support/servers.ts";
import { ROOT, startBridge, USERS } from "./support/targets.ts";

const IDLE_MS = 20_000;
const FILE = Buffer.alloc(10_000, 7);
const UPLOAD: Omit<Work, "connections" | "requests"> = {
  name: "upload of 10 KB",
  next: () => ({ method: "POST", path: "/_matrix/media/v3/upload", body: FILE }),
};

const FAMILIES = [
  {
    folder: "upload-rules",
    module: "upload_rules.UploadRules",
    config: {
      help: "https://bench.test/",
      rules: [{ users: USERS, max_size: "10M", limits: [{ max_size: "1T", time_period: "1d" }] }],
    },
  },
  { folder: "hash-list", module: "hash_list.HashList", config: {} },
] as const;

/** The modules of examples/migration in each language: memory of an idle service, and the CPU of an upload. */
export async function benchMigration(python: string): Promise<void> {
  const rows = [["module", "", "Python", "TypeScript"]];
  for (const { folder, module, config } of FAMILIES) {
    const path = join(ROOT, "examples/migration", folder);
    const entries = [{ module }, { typescript: join(path, `${folder}.ts`) }];
    const targets: Target[] = [];
    try {
      for (const entry of entries) {
        targets.push(
          await startBridge(newFolder(), python, {
            durability: "relaxed",
            modules: [{ ...entry, config }],
            python: { path: [path] },
          }),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      const idle = targets.map(({ pid }) => memoryOfTree(pid));
      rows.push([folder, "processes", ...targets.map(({ pid }) => String(treeOf(pid).length))]);
      rows.push([folder, "idle, PSS in MB", ...idle.map(({ pssMb }) => pssMb.toFixed(0))]);
      rows.push([folder, "idle, of that its own", ...idle.map(({ ownMb }) => ownMb.toFixed(0))]);
      rows.push([folder, "start in s", ...targets.map(({ startSeconds }) => startSeconds.toFixed(2))]);
      for (const connections of [1, 16]) {
        const works = targets.map((target) => ({ target, work: { ...UPLOAD, connections, requests: 5000 } }));
        const figures = await measureInTurn(works);
        rows.push([
          folder,
          `${UPLOAD.name}, CPU ms at ${connections}`,
          ...figures.map(({ cpuMs }) => cpuMs.toFixed(2)),
        ]);
        rows.push([
          folder,
          `${UPLOAD.name}, a second at ${connections}`,
          ...figures.map(({ perSecond }) => perSecond.toFixed(0)),
        ]);
      }
    } finally {
      for (const target of targets) await target.stop();
    }
  }
  printTable(rows);
}
