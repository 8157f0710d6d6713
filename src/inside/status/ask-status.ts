import { connect } from "node:net";
import { z } from "zod";
import { Connection } from "../../bridge/transport/connection.ts";
import { BridgeError, RemoteError } from "../../bridge/errors.ts";
import { StartError } from "../../errors.ts";
import type { InsideStatus } from "../../status/inside/inside-status.ts";
import type { Logger } from "../../util/log.ts";
import { VERSION } from "../../version.ts";
import { MAGIC } from "../wire/protocol.ts";
import { InsideStatusSchema } from "./status-schema.ts";

/** How long an answer may take: a module that computes keeps the process from answering. */
const ANSWER_MS = 10_000;

const drop = () => undefined;
/** What went wrong is the error's to say: the log of the connection has nothing to add. */
const QUIET: Logger = {
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
  child: () => QUIET,
};

const HelloSchema = z.object({ magic: z.literal(MAGIC), version: z.string() });

/**
 * Asks a `media-bridge callbacks` that listens on a socket how it is doing. Rejects with a StartError `LISTEN` where none
 * does, it is of another release, or it does not answer.
 */
export async function askInsideStatus(path: string): Promise<InsideStatus> {
  const channel = connect(path);
  const hello = Promise.withResolvers<string>();
  hello.promise.catch(() => undefined);
  const connection = new Connection({
    input: channel,
    output: channel,
    log: QUIET,
    peer: "media-bridge callbacks",
    notifications: {
      hello: (params) => {
        const { data } = HelloSchema.safeParse(params);
        if (data === undefined) connection.close(new BridgeError("PROTOCOL", "another program listens there"));
        else hello.resolve(data.version);
      },
    },
  });
  void connection.closed.then(hello.reject);
  let answer: unknown;
  try {
    answer = await connection.request("status", null, { deadlineMs: ANSWER_MS });
  } catch (error) {
    throw new StartError("LISTEN", `${path}: ${await describe(error, hello.promise)}`, { cause: error });
  } finally {
    channel.destroy();
  }
  const { data: status } = InsideStatusSchema.safeParse(answer);
  if (status !== undefined) return status;
  const release = await hello.promise.catch(() => "of an unknown release");
  const problem = `media-bridge callbacks ${release} runs there, and this command, ${VERSION}, cannot read its status`;
  throw new StartError("LISTEN", `${path}: ${problem}`);
}

async function describe(error: unknown, version: Promise<string>): Promise<string> {
  if (error instanceof RemoteError && error.kind === "protocol") {
    return `media-bridge callbacks ${await version} runs there, which is older than this command: restart it`;
  }
  if (!(error instanceof BridgeError)) return error instanceof Error ? error.message : String(error);
  if (error.code === "TIMEOUT")
    return `no answer within ${ANSWER_MS / 1000} seconds: a module may keep it from answering`;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return "no media-bridge callbacks listens there";
    case "EACCES":
      return "only the user that media-bridge callbacks runs as, and root, may ask there";
    default:
      return error.code === "PROTOCOL"
        ? "what listens there is not media-bridge callbacks"
        : "the connection was closed: the log of media-bridge callbacks says why";
  }
}
