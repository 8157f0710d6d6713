import { open } from "node:fs/promises";
import { allow, defineModule, refuse } from "synapse-media-bridge";

/** Of a file, of an empty archive, and of one in several parts. */
const ZIP = new Set(["PK\x03\x04", "PK\x05\x06", "PK\x07\x08"]);

/** No ZIP files, unless an administrator uploads them. */
export default defineModule({
  name: "no-archives",
  setup(api) {
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file, _info, { upload, requester }) {
        if (!ZIP.has(await readStart(file.path))) return allow;
        // Media of another server comes without an upload.
        if (upload !== undefined && (await requester?.isAdmin()) === true) return allow;
        return refuse({ errcode: "M_FORBIDDEN", message: "ZIP files cannot be shared here" });
      },
    });
  },
});

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
