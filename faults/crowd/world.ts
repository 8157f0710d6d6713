import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { startHomeserver, type Homeserver } from "../support/homeserver.ts";
import { ROOT } from "../support/root.ts";
import { startFaultyService, type FaultyService } from "../support/service.ts";
import { writeCrowdModules } from "./modules.ts";
import { CROWD, Requests } from "./requests.ts";
import { toWire } from "./wire.ts";
import { ServiceLog } from "./service-log.ts";
import { expectAnswer } from "./turn.ts";
import { Announcements, bodyOf } from "./told.ts";
import { WireClient } from "./wire-client.ts";
import { Witness } from "./witness.ts";

/** How long the service lets a client neither send nor read. */
export const IDLE_MS = 3_000;
const SMALL_BYTES = [1_000, 9_000, 40_000];
/** More than what systems keep of a connection that is not read. */
const LARGE_BYTES = [6_000_000, 6_000_001];

/** Ids that are made at the start, and at a time. */
const COMMITS = 1_200;
const AT_ONCE = 20;

/** Whether the service guards a Synapse or is the repository itself, and whether a module looks at uploads. */
export interface WorldKind {
  readonly name: string;
  readonly isGuard: boolean;
  readonly isChecked: boolean;
}

/** A service among clients and homeserver. */
export interface World extends WorldKind {
  readonly folder: string;
  readonly config: string;
  readonly port: number;
  readonly service: FaultyService;
  readonly homeserver: Homeserver;
  readonly witness: Witness;
  readonly requests: Requests;
  readonly log: ServiceLog;
  /** Ends everything but the folder; resolves to the service's exit status. */
  end(): Promise<number | null>;
  remove(): void;
}

export async function startWorld(kind: WorldKind, random: () => number): Promise<World> {
  const folder = createFolder();
  const announcements = new Announcements();
  const requests = new Requests(announcements, kind.isChecked, random);
  const [homeserver, witness] = await Promise.all([startHomeserver(), Witness.start(announcements)]);
  const config = writeFaultConfig(folder, {
    config: {
      modules: writeCrowdModules(folder, kind.isChecked),
      max_upload_size: "8M",
      max_pending_media_uploads: 1_000_000,
      rc_media_create: { per_second: 1e6, burst_count: 1e6 },
    },
    mediaBridge: {
      tokens_file: undefined,
      homeserver: { url: homeserver.url, database: "own" },
      upload: { idle_timeout: IDLE_MS },
      download: { idle_timeout: IDLE_MS },
      shutdown_grace: "20s",
      ...(kind.isGuard && { upstream: { url: witness.url } }),
    },
  });
  const log = new ServiceLog();
  const preload = pathToFileURL(join(ROOT, "faults/crowd/collect.mjs")).href;
  const environment = { NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --import=${preload}` };
  const service = await startFaultyService(config, environment, (line) => log.read(line));
  const port = Number(new URL(service.url).port);
  const world = { ...kind, folder, config, port, service, homeserver, witness, requests, log };
  await fillShelf(world);
  await beginThreads(world);
  // What is said of the configuration is not about clients.
  log.complaints.length = 0;
  return {
    ...world,
    async end() {
      const status = await service.end("SIGTERM");
      homeserver.close();
      witness.close();
      return status;
    },
    remove: () => removeFolder(folder),
  };
}

async function fillShelf({ requests, port }: Pick<World, "requests" | "port">): Promise<void> {
  for (const bytes of [...SMALL_BYTES, ...LARGE_BYTES]) {
    const client = await WireClient.open(port);
    const draft = requests.upload(CROWD.keeper, bytes, "K");
    void client.send(toWire(draft).bytes);
    const answer = await client.next();
    const id = answer && new RegExp(`mxc://${SERVER_NAME}/(\\w+)`).exec(answer.body)?.[1];
    if (answer === undefined || id === undefined || draft.check(answer))
      throw new Error(`the shelf cannot be filled: ${answer?.body}`);
    client.leave();
    const body = bodyOf(draft.told.nonce, { bytes, mark: "K" });
    requests.shelf[SMALL_BYTES.includes(bytes) ? "small" : "large"].push({ id, body });
  }
}

/** So many commits have the service start its last thread, which it keeps. */
async function beginThreads({ requests, port }: Pick<World, "requests" | "port">): Promise<void> {
  const client = await WireClient.open(port);
  for (let made = 0; made < COMMITS; made += AT_ONCE) {
    const drafts = Array.from({ length: AT_ONCE }, () => requests.create(CROWD.keeper));
    void client.send(Buffer.concat(drafts.map((draft) => toWire(draft).bytes)));
    for (const draft of drafts) await expectAnswer(client, draft);
  }
  client.leave();
}
