import type { LoadedConfig } from "../config/config.ts";
import { verifyStore } from "../server/check-store.ts";

const PROGRESS_EVERY_MS = 2_000;

export interface VerifyOptions {
  readonly repair: boolean;
  /** One JSON object a line: each finding, each file that was moved, and at the end the sums. */
  readonly json: boolean;
  /** Takes lines of the answer, as they come. */
  readonly print: (line: string) => void;
}

/** `media-bridge verify`. Resolves to whether all is as it should be, or has been made so; rejects with a StartError. */
export async function verify({ config }: LoadedConfig, { repair, json, print }: VerifyOptions): Promise<boolean> {
  const tell = (facts: object, text: string) => print(json ? JSON.stringify(facts) : text);
  let lastMs = performance.now();
  const sums = await verifyStore(config, {
    repair,
    onFinding: (finding) => tell(finding, `${finding.kind}: ${finding.mediaId}: ${finding.detail}`),
    onMoved: (mediaId, path) => tell({ kind: "moved", mediaId, path }, `moved: ${mediaId} to ${path}`),
    onProgress({ rows, rowsDone, bytesDone, filesSeen }) {
      if (performance.now() - lastMs < PROGRESS_EVERY_MS) return;
      lastMs = performance.now();
      console.error(`${rowsDone} of ${rows} media, ${Math.round(bytesDone / 1e6)} MB, ${filesSeen} files`);
    },
  });
  const { rowsDone, bytesDone, filesSeen, elsewhere, underWay, findings, moved } = sums;
  tell(
    { kind: "sums", media: rowsDone, bytes: bytesDone, files: filesSeen, elsewhere, underWay, findings, moved },
    `${rowsDone} media, ${bytesDone} bytes, ${filesSeen} files, ${elsewhere} only with storage providers, ` +
      `${underWay} uploads under way: ${findings} findings, ${moved} files moved`,
  );
  return findings === moved;
}
