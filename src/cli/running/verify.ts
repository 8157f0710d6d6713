import type { LoadedConfig } from "../../config/config.ts";
import { isGuarding } from "../../config/is-guarding.ts";
import { verifyStore } from "../../server/commands/check-store.ts";
import { Progress } from "../terminal/progress.ts";
import { storePaths } from "../../server/store-paths.ts";

export interface VerifyOptions {
  readonly repair: boolean;
  /** One JSON object a line: each finding, each file that was moved, and at the end the sums. */
  readonly json: boolean;
  /** Takes lines of the answer, as they come. */
  readonly print: (line: string) => void;
}

/**
 * `media-bridge verify`. Resolves to whether all is as it should be, or has been made so; rejects with a StartError.
 */
export async function verify({ config }: LoadedConfig, { repair, json, print }: VerifyOptions): Promise<boolean> {
  const database = config.mediaBridge.database.path;
  const media = storePaths(config).mediaStorePath;
  const progress = new Progress();
  const tell = (facts: object, text: string) => progress.interrupt(() => print(json ? JSON.stringify(facts) : text));
  if (isGuarding(config)) tell({ kind: "scope", database, media }, describeScope(database, media));
  const sums = await verifyStore(config, {
    repair,
    onFinding: (finding) => tell(finding, `${finding.kind}: ${finding.mediaId}: ${finding.detail}`),
    onMoved: (mediaId, path) => tell({ kind: "moved", mediaId, path }, `moved: ${mediaId} to ${path}`),
    onProgress({ rows, rowsDone, bytesDone, filesSeen }) {
      const more = `${Math.round(bytesDone / 1e6)} MB, ${filesSeen} files`;
      progress.count({ done: rowsDone, total: rows, things: "media", more });
    },
  }).finally(() => progress.end());
  const { rowsDone, bytesDone, filesSeen, elsewhere, underWay, findings, moved } = sums;
  tell(
    { kind: "sums", media: rowsDone, bytes: bytesDone, files: filesSeen, elsewhere, underWay, findings, moved },
    `${rowsDone} media, ${bytesDone} bytes, ${filesSeen} files, ${elsewhere} only with storage providers, ` +
      `${underWay} uploads under way: ${findings} findings, ${moved} files moved`,
  );
  return findings === moved;
}

/** Beside a Synapse that keeps the media, "all is well" would else be read as word of Synapse's files. */
function describeScope(database: string, media: string): string {
  return (
    `in guard mode: this compares the service's own rows of media (${database}) with its own files (${media}), which are there only ` +
    "where it kept media before. The media that Synapse keeps are not looked at"
  );
}
