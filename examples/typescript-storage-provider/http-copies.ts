import { openAsBlob } from "node:fs";
import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Keeps copies on a server that answers `PUT`, `GET` and `DELETE`, such as one for WebDAV. */
export default defineModule({
  name: "http-copies",
  configSchema: z.strictObject({ url: z.url().endsWith("/") }),
  setup(api, { url }) {
    api.registerStorageProvider({
      async storeFile(path, _info, { file, signal }) {
        // Read from disk as it is sent, never held in memory.
        const body = await openAsBlob(file.path);
        const answer = await fetch(url + path, { method: "PUT", body, signal });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`the server of the copies answered ${answer.status}`);
      },
      async fetch(path, _info, { signal }) {
        const answer = await fetch(url + path, { signal });
        if (answer.ok && answer.body !== null) return answer.body;
        await answer.body?.cancel();
        // Of a file that it may have all the same the service must not be told that it has none.
        if (answer.status !== 404) throw new Error(`the server of the copies answered ${answer.status}`);
        return undefined;
      },
      async deleteFile(path, _info, { signal }) {
        const answer = await fetch(url + path, { method: "DELETE", signal });
        await answer.body?.cancel();
        // What is not there is deleted.
        if (!answer.ok && answer.status !== 404) throw new Error(`the server of the copies answered ${answer.status}`);
      },
    });
  },
});
