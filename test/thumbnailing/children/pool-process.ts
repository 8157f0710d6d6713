import { ThumbnailPool } from "../../../src/thumbnailing/thumbnail-pool.ts";
import type { ThumbnailJob } from "../../../src/media/thumbnails/thumbnailer.ts";
import { captureLog } from "../../support/captured-log.ts";

/**
 * A process with a pool, for tests that kill it. It makes the first job's thumbnails, begins the second job, and says
 * which children it has.
 */
const [first, second] = JSON.parse(process.argv[2] ?? "[]") as [ThumbnailJob, ThumbnailJob];
const pool = new ThumbnailPool(captureLog(), { maxChildren: 1 });
await pool.run(first, { urgent: true });
void pool.run(second, { urgent: true });
process.stdout.write(`children ${pool.pids.join(" ")}\n`);
