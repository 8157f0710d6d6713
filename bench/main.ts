import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchAgainst } from "./against.ts";
import { benchBridge } from "./bridge.ts";
import { benchDatabase } from "./database.ts";
import { benchFaults } from "./faults/faults.ts";
import { benchGuard } from "./guard.ts";
import { benchInside } from "./inside.ts";
import { benchMemory } from "./memory.ts";
import { benchMigration } from "./migration.ts";
import { benchShadow } from "./shadow.ts";
import { benchServedThumbnails } from "./served-thumbnails.ts";
import { benchSpam } from "./spam.ts";
import { benchService } from "./service.ts";
import { benchThumbnails } from "./thumbnails.ts";
import { ROOT } from "./support/targets.ts";

const { values } = parseArgs({
  options: {
    synapse: { type: "boolean", default: false },
    against: { type: "string" },
    only: { type: "string" },
    works: { type: "string", default: "" },
    scale: { type: "string", default: "1" },
    durability: { type: "string", default: "relaxed" },
  },
});

const python = join(ROOT, ".venv/bin/python");
if (!existsSync(python)) throw new Error(".venv is missing: run npm run setup:python");
const wants = (part: string) => values.only === undefined || values.only === part;
if (wants("bridge")) await benchBridge(python);
if (wants("spam")) await benchSpam(python);
if (wants("database")) await benchDatabase(python);
if (wants("service")) {
  const durability = values.durability === "full" ? "full" : "relaxed";
  const scale = Number(values.scale);
  const { synapse, against, works } = values;
  if (against === undefined) await benchService({ synapse, python, scale, works, durability });
  else await benchAgainst({ against, python, scale, works, durability });
}
// Only where it is asked for: it takes some minutes.
if (values.only === "faults") await benchFaults(python, values.works);
if (values.only === "shadow") await benchShadow(python, Number(values.scale));
// Only where it is asked for: it needs a Synapse and nginx.
if (values.only === "guard") await benchGuard(python, Number(values.scale));
// Only where it is asked for: it says what a Python child less saves.
if (values.only === "migration") await benchMigration(python);

// Only where it is asked for: it draws large pictures.
if (values.only === "thumbnails") {
  await benchThumbnails();
  await benchServedThumbnails({ python, synapse: values.synapse, scale: Number(values.scale) });
}
// Only where it is asked for: it needs two Synapses.
if (values.only === "inside") await benchInside();
// Only where it is asked for: it stores 4 GB.
if (values.only === "memory") await benchMemory(python, { synapse: values.synapse });
