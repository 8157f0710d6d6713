// Makes .synapse, the Python environment of `npm run test:synapse`: Synapse itself, a client library, and a stand-in
// for S3. A link of that name, to an environment that was made elsewhere, is used as it is. With a release as its
// argument it makes .synapse-<release>, for `npm run test:synapse -- --release`.
import { execFileSync } from "node:child_process";
import { lstatSync } from "node:fs";
import { makeEnvironment } from "./python-environment.mjs";
import { environmentOf, installRelease } from "./synapse-releases.mjs";

const FOLDER = ".synapse";
const REQUIREMENTS = "test/synapse/requirements.txt";
// Prints each package of the file that is not there in that version.
const COMPARE = `
import importlib.metadata, re, sys
for line in open(sys.argv[1]):
    pinned = re.match(r"([\\w-]+)(?:\\[\\w+\\])?==(\\S+)", line)
    if pinned:
        name, version = pinned.groups()
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "nothing"
        if found != version:
            print(f"{name} is {found}, wanted is {version}")
`;

const [release] = process.argv.slice(2);
const folder = release === undefined ? FOLDER : environmentOf(release);
try {
  if (release !== undefined) installRelease(release);
  else if (lstatSync(FOLDER, { throwIfNoEntry: false })?.isSymbolicLink()) checkLink();
  else makeEnvironment(FOLDER, [REQUIREMENTS]);
  execFileSync(`${folder}/bin/python`, ["-c", "import synapse.app.homeserver"], { stdio: "inherit" });
} catch (error) {
  process.stdout.write(
    `${String(error)}\n${folder} cannot be used; npm run setup:synapse tries again, from nothing where ${folder} was removed\n`,
  );
  process.exitCode = 1;
}

function checkLink() {
  process.stdout.write(`${FOLDER} is a link, and used as it is\n`);
  const differences = runPython(["-c", COMPARE, REQUIREMENTS]);
  if (differences !== "") process.stdout.write(`tests may fail: it differs from ${REQUIREMENTS}:\n${differences}`);
}

/** @param {string[]} args */
function runPython(args) {
  return execFileSync(`${FOLDER}/bin/python`, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
