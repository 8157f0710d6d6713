import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { Connection } from "../../src/bridge/transport/connection.ts";
import { captureLog } from "../support/captured-log.ts";

/** The entry of a module, as the package sends it. */
export type ModuleEntry =
  | { readonly typescript: string; readonly config: string; readonly shadow?: string }
  | { readonly python: string; readonly shadow?: string };

const FACTS = {
  server_name: "example.test",
  public_baseurl: null,
  worker_name: null,
  worker_app: "synapse.app.homeserver",
  run_background_tasks: true,
};

/** What a Synapse does at the other end of the socket of `media-bridge callbacks`. */
export class ConnectedSynapse {
  readonly channel: Socket;
  readonly connection: Connection;
  /** What it was told with each `shares`, in order. */
  readonly shares: unknown[] = [];

  private constructor(channel: Socket) {
    this.channel = channel;
    const notifications = { shares: (params: unknown) => void this.shares.push(params) };
    this.connection = new Connection({
      input: channel,
      output: channel,
      log: captureLog(),
      peer: "Node",
      notifications,
    });
  }

  static async connect(path: string): Promise<ConnectedSynapse> {
    const channel = connect(path);
    await once(channel, "connect");
    return new ConnectedSynapse(channel);
  }

  initialize(modules: readonly ModuleEntry[]): Promise<unknown> {
    const params = { protocol: 1, pid: process.pid, log_level: "info", modules };
    return this.connection.request("initialize", params);
  }

  setUp(): Promise<unknown> {
    return this.connection.request("set_up", FACTS);
  }

  /** Asks one callback whether an upload of so many bytes is allowed. */
  run(
    sizeBytes: unknown,
    { slot = 0, kind = "is_user_allowed_to_upload_media_of_size" }: { slot?: unknown; kind?: string } = {},
  ): Promise<unknown> {
    const step = [kind, [slot], ["@a:example.test", sizeBytes], 10_000];
    return this.connection.request("run", [false, [step], null, null]);
  }

  leave(): void {
    this.channel.destroy();
  }
}
