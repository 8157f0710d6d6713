import { type CallbackKinds, KINDS, type KindName, type Question } from "../../callbacks/kinds.ts";
import { limitFromWire } from "../../callbacks/limit.ts";
import type { PythonFileInfo } from "../../media-file.ts";
import type { Asked, Portable } from "../asked.ts";

/**
 * A question as a chain takes it, made from the form of the wire. A question about a file is about its copy. Throws
 * TypeError where the arguments are not of that form.
 */
export function toNativeQuestion({ kind, args, file }: Asked): Question<KindName> {
  const expected = KINDS[kind].parameters.length;
  if (args.length !== expected) throw new TypeError(`${kind} has ${args.length} arguments in place of ${expected}`);
  return { kind, args: toNativeArgs(kind, args, file?.path) as CallbackKinds[KindName]["args"] };
}

function toNativeArgs(kind: KindName, args: readonly Portable[], link: string | undefined): unknown[] {
  switch (kind) {
    case "on_media_upload_limit_exceeded":
      return [args[0], limitFromWire(args[1]), ...args.slice(2)];
    case "check_media_file_for_spam": {
      const { server_name, file_id, url_cache, thumbnail } = args[1] as unknown as PythonFileInfo;
      return [link ?? args[0], { serverName: server_name, fileId: file_id, urlCache: url_cache, thumbnail }];
    }
    default:
      return [...args];
  }
}
