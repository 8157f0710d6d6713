import type { LoadedConfig } from "../../config/config.ts";
import { recordsOf } from "../../server/commands/user-records.ts";
import { readOwnUser } from "./own-user.ts";
import { toVisibleText } from "../../util/log/visible-text.ts";
import { formatTime } from "../../util/text/utc-time.ts";
import { describeRefusal } from "./refusal-words.ts";

export interface RefusalsOptions {
  /** Whose; undefined: all users'. */
  readonly user: string | undefined;
  /** How far back; undefined: as far as they are kept. */
  readonly sinceMs: number | undefined;
  /** One JSON object a line. */
  readonly json: boolean;
  /** Takes the answer, piece by piece. */
  readonly print: (text: string) => void;
}

/** `media-bridge refusals`. Throws a StartError where they cannot be read, or the user is none of this server's. */
export function refusals({ config }: LoadedConfig, { user, sinceMs, json, print }: RefusalsOptions): void {
  const userId = user === undefined ? undefined : readOwnUser(user, config);
  const { keepForMs, maxRows } = config.mediaBridge.refusals;
  const sinceTs = Date.now() - Math.min(sinceMs ?? keepForMs, keepForMs);
  let found = 0;
  recordsOf(config).readRefusals({ userId, sinceTs }, (refusal) => {
    found += 1;
    print(json ? JSON.stringify(refusal) : toVisibleText(describeRefusal(refusal)));
  });
  if (found > 0 || json) return;
  const whose = userId === undefined ? "" : ` of ${userId}`;
  const bounds = `media_bridge.refusals keeps the last ${maxRows}`;
  print(`no refused upload${whose} is known since ${formatTime(sinceTs)}; ${bounds}`);
}
