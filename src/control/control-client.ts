import { StartError } from "../errors.ts";
import { request } from "../util/http/node-http.ts";

/** No service listens there: the socket does not exist, or its service is gone. */
const NOT_LISTENING = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);

/**
 * Sends a command to a running service. Resolves to its result (at least null), or to undefined where no service runs.
 * Rejects with a {@link StartError} that has the service's message.
 */
export function askControl(path: string, command: string, params: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: path, method: "POST", path: `/${command}` }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { result, error } = JSON.parse(Buffer.concat(chunks).toString()) as { result?: unknown; error?: string };
        if (response.statusCode === 200) resolve(result);
        else if (response.statusCode === 404) reject(new StartError("LISTEN", describeUnknown(command)));
        else reject(new StartError("MODULE", error ?? `the service answered ${response.statusCode}`));
      });
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      if (NOT_LISTENING.has(error.code ?? "")) resolve(undefined);
      else
        reject(new StartError("LISTEN", `the service on ${path} cannot be asked: ${error.message}`, { cause: error }));
    });
    asked.end(JSON.stringify(params));
  });
}

function describeUnknown(command: string): string {
  return `the running service does not know the command ${command}: it is of another release than this command; restart it`;
}
