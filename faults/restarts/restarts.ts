import { join } from "node:path";
import Database from "better-sqlite3";
import type { FaultOptions, FaultResult } from "../program.ts";
import { startActivated, type ActivatedService } from "../support/activated-service.ts";
import { createFolder, removeFolder, writeFaultConfig } from "../support/folder.ts";
import { askOn, kept, LARGE_BYTES, openConnection, SMALL_BYTES, upload } from "./uploads.ts";

const SHORT = 15;
const LONG = 200;
/** Uploads that each restart makes itself, beside those of the clients that always upload. */
const OF_EACH = 4;

/**
 * Restarts a service with a listening socket of its supervisor's while clients upload: on new connections, on kept ones,
 * and on idle ones that are used at the very moment. No upload is refused, none fails, and each is stored.
 */
export async function runRestarts({ short, note }: FaultOptions): Promise<FaultResult> {
  const folder = createFolder();
  try {
    const service = await startActivated(folder, writeFaultConfig(folder));
    let result: FaultResult;
    try {
      result = await restart(service, short ? SHORT : LONG, note);
    } finally {
      await service.stop();
    }
    const rows = countRows(folder);
    if (rows === result.passed) return result;
    note(`${result.passed} uploads were answered, and ${rows} are in the database`);
    return { ...result, failed: result.failed + 1 };
  } finally {
    removeFolder(folder);
  }
}

async function restart(service: ActivatedService, times: number, note: FaultOptions["note"]): Promise<FaultResult> {
  const { port } = service;
  const over = new AbortController();
  let [uploads, failed] = [0, 0];
  const tell = (what: string, error: unknown) => {
    failed += 1;
    note(`${what}: ${String(error)}`);
  };
  const send = async (what: string, ...sent: [sizeBytes: number, options: Parameters<typeof upload>[2]]) => {
    await upload(port, ...sent).then(
      () => (uploads += 1),
      (error: unknown) => tell(what, error),
    );
  };
  const sendAlways = async (...what: Parameters<typeof send>) => {
    while (!over.signal.aborted) await send(...what);
  };
  const clients = [
    sendAlways("new connection", SMALL_BYTES, { agent: false }),
    sendAlways("new connection, large", LARGE_BYTES, { agent: false }),
    sendAlways("kept connection", SMALL_BYTES, kept()),
    sendAlways("kept connection, large", LARGE_BYTES, kept()),
  ];
  const idle = kept();
  for (let turn = 0; turn < times; turn += 1) {
    await send("before", SMALL_BYTES, idle);
    const unused = await openConnection(port);
    // The service has accepted it: it accepts in order, and has answered one that came later.
    await send("before", SMALL_BYTES, { agent: false });
    const { stopping, ready } = service.beginRestart();
    const [answer] = await Promise.all([
      stopping.then(() => askOn(unused)).catch((error: unknown) => String(error)),
      send("idle connection", SMALL_BYTES, idle),
      send("while it stops", SMALL_BYTES, { agent: false }),
    ]);
    if (!/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/.test(answer)) tell("unused connection", answer);
    const status = await ready;
    if (status !== 0) tell("exit status", status);
  }
  over.abort();
  await Promise.all(clients);
  idle.agent.destroy();
  if (uploads <= times * OF_EACH) tell("uploads", `${uploads} in ${times} restarts`);
  return { passed: uploads, failed };
}

function countRows(folder: string): number {
  const database = new Database(join(folder, "data", "media.db"), { readonly: true });
  try {
    return database
      .prepare("select count(*) from local_media_repository where media_length > 0")
      .pluck()
      .get() as number;
  } finally {
    database.close();
  }
}
