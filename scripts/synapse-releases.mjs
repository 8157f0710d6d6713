// The releases of Synapse that TypeScript modules run inside (docs/inside-synapse.md, "Releases of Synapse"), each in an
// environment of its own.
import { readFileSync } from "node:fs";
import { makeEnvironment } from "./python-environment.mjs";

/** The first with all callbacks of the media repository, and three between it and the newest. */
const OLDER = ["1.139.0", "1.145.0", "1.151.0", "1.157.2"];
const REQUIREMENTS = "test/synapse/requirements.txt";
/** What an older release installs, and does not work with. */
const CONSTRAINTS = "test/synapse/older-releases.txt";

/** What `--window` runs: the older ones, and the newest, which is the one of the other tests. */
export function windowReleases() {
  return [...OLDER, newestRelease()];
}

/** The release that the tests pin. */
export function newestRelease() {
  const [, release] = /^matrix-synapse==(\S+)$/m.exec(readFileSync(REQUIREMENTS, "utf8")) ?? [];
  if (release === undefined) throw new Error(`${REQUIREMENTS} pins no matrix-synapse`);
  return release;
}

/** @param {string} release */
export function environmentOf(release) {
  return release === newestRelease() ? ".synapse" : `.synapse-${release}`;
}

/**
 * Makes the environment of a release, once: Synapse alone, which is all that the tests inside it need. Throws where a
 * command fails.
 * @param {string} release
 */
export function installRelease(release) {
  if (!/^\d+\.\d+\.\d+$/.test(release)) throw new Error(`expected a release such as 1.139.0, found ${release}`);
  makeEnvironment(environmentOf(release), [CONSTRAINTS], [`matrix-synapse==${release}`]);
}
