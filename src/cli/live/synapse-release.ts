import { ask, jsonOf } from "./ask.ts";
import { note, ok, type Finding } from "./finding.ts";

/** The releases of Synapse that the tests run with: the first with all callbacks of the media repository, and the newest. */
const WINDOW = ["1.139.0", "1.163.2"] as const;

/** Is the homeserver a Synapse of a release that this service is tested with? Says nothing where it tells no release. */
export async function checkRelease(url: string): Promise<Finding[]> {
  const release = await readRelease(url);
  if (release === undefined) return [];
  const [oldest, newest] = WINDOW;
  const minor = minorOf(release);
  if (minor === undefined) return [];
  if (minor < Number(minorOf(oldest))) {
    return [
      note(
        `Synapse ${release} is older than ${oldest}, the first with all callbacks of the media repository: modules inside it are not asked for what it lacks (docs/inside-synapse.md)`,
      ),
    ];
  }
  if (minor > Number(minorOf(newest))) {
    return [note(`Synapse ${release} is newer than ${newest}, the newest that this version is tested with`)];
  }
  return [ok(`Synapse ${release} is one of the releases that this version supports (${oldest} to ${newest})`)];
}

/** Both are asked: a proxy may let only one of them through, and a listener may have no federation. */
async function readRelease(url: string): Promise<string | undefined> {
  const told = jsonOf(await ask(`${url}/_synapse/admin/v1/server_version`))["server_version"];
  if (typeof told === "string") return nameOf(told);
  const server = jsonOf(await ask(`${url}/_matrix/federation/v1/version`))["server"] as
    | { name?: unknown; version?: unknown }
    | null
    | undefined;
  return server?.name === "Synapse" && typeof server.version === "string" ? nameOf(server.version) : undefined;
}

/** Without what a build from its sources says of them. */
function nameOf(version: string): string | undefined {
  return /^\d+\.\d+(?:\.\d+)?/.exec(version)?.[0];
}

/** The part of a release that counts: Synapse has been at 1 since 2019. */
function minorOf(release: string): number | undefined {
  const [major, minor] = release.split(".").map(Number);
  return major === 1 ? minor : undefined;
}
