import type { TestServiceOptions } from "../../support/service.ts";
import { CliFolder } from "../../support/cli.ts";
import { sendJson, type StubSynapse } from "../support/stub-synapse.ts";

export const MODULES = [{ module: "every.Every" }];
export const MAXIMUM = 50 * 1024 * 1024;

/** What a Synapse does that knows its administrator and alice, and says that it takes so many bytes. */
export function knowing(synapse: StubSynapse, maximum: () => number = () => MAXIMUM): StubSynapse["behave"] {
  return (req, res, seen) => {
    const token = req.headers.authorization;
    const isKnown = token === "Bearer token-of-admin" || token === "Bearer token-of-alice";
    if (isKnown && req.url?.endsWith("/media/config") === true) sendJson(res, 200, { "m.upload.size": maximum() });
    else if (isKnown || seen.url === "/_matrix/client/versions") synapse.likeSynapse(req, res, seen);
    else req.once("end", () => sendJson(res, 401, { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token" }));
  };
}

/** A folder whose service guards this Synapse, behind a proxy. */
export function createGuardFolder(synapse: StubSynapse): CliFolder {
  const options: TestServiceOptions = {
    config: { modules: MODULES, max_upload_size: "50M" },
    mediaBridge: {
      tokens_file: undefined,
      listen: { host: "127.0.0.1", port: 0, x_forwarded: true },
      homeserver: { url: synapse.url, admin_token_file: "./admin-token" },
      upstream: { url: synapse.url },
    },
  };
  const created = new CliFolder(options);
  created.write("admin-token", "token-of-admin");
  return created;
}

/** The lines of the check, with what to change behind each problem. */
export async function checkLive(
  where: CliFolder,
  ...options: string[]
): Promise<{ status: number | undefined; lines: string[] }> {
  const { status, stdout } = await where.end(["check", "--live", ...options]);
  return { status, lines: stdout.replaceAll(/\n +→ /g, " → ").split("\n") };
}
