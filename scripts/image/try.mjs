// Runs the service of an image that was built, and looks at it from inside and from outside.
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { check, end, sendBody, start, uploadAndDownload } from "../smoke-steps.mjs";
import { MODULES, writeConfiguration } from "./configuration.mjs";
import { enter, findFirstProcess, PATH } from "./root.mjs";

const BASE = "http://127.0.0.1:8800";
const VOLUME = "/var/lib/media-bridge";
const CONFIGURATION = "/etc/media-bridge";

/**
 * @param {import("./build.mjs").Image} image
 * @param {string} folder for what is mounted
 */
export async function tryImage(image, folder) {
  const container = createContainer(image, folder);
  const { hasFile, hasOnVolume, run } = container;
  await check("the image holds what runs, and not what it was built with", async () => {
    const unwanted = ["/build", "/opt/media-bridge/node_modules/typescript", "/opt/media-bridge/src"];
    return hasFile("/opt/media-bridge/dist/cli/main.js") && !unwanted.some(hasFile);
  });
  await check("the user is not root, and cannot write outside the volume", async () => {
    const { stdout, stderr } = run(["sh", "-c", "id --user; touch /opt/media-bridge/x || touch /etc/x"]);
    if (stderr.match(/Read-only file system/g)?.length !== 2) throw new Error(stderr);
    return stdout === "8800\n";
  });
  await check("media-bridge check finds nothing wrong", async () => {
    const { status, stdout, stderr } = run(["media-bridge", "check", "--config", CONFIGURATION]);
    if (status !== 0) throw new Error(stdout + stderr);
    return true;
  });
  await tryService(container);
  await check("media and database are on the volume", async () =>
    ["media/local_content", "media.db"].every(hasOnVolume),
  );
  await check("no Python environment was made: the image's was used", async () => !hasOnVolume("python"));
}

/** @param {ReturnType<typeof createContainer>} container */
async function tryService({ image, commandLine, env, run }) {
  const isHealthy = () => run(image.healthcheck ?? ["false"]).status === 0;
  const [program = "", ...args] = commandLine([...(image.entrypoint ?? []), ...(image.cmd ?? [])]);
  const service = await start(program, args, /"msg":"ready"/, { env });
  try {
    const first = findFirstProcess(service.pid ?? 0);
    const status = readFileSync(`/proc/${first}/status`, "utf8");
    await check("the service is process 1, as the image's user and without capabilities", async () =>
      [/^Uid:(\t8800){4}$/m, /^Gid:(\t8800){4}$/m, /^NSpid:.*\t1$/m, /^CapEff:\t0+$/m].every((line) =>
        line.test(status),
      ),
    );
    await check("HEALTHCHECK finds the service ready", async () => isHealthy());
    await check("an upload is stored and served", () => uploadAndDownload(BASE));
    await check("a Python module refuses an upload", async () => {
      const answer = await sendBody(BASE, 3);
      return answer.status === 413 && JSON.parse(answer.text).errcode === "M_TOO_LARGE";
    });
    await check(`the service ends in order at ${image.stopSignal}`, async () => {
      const ended = once(service, "exit");
      process.kill(first, /** @type {NodeJS.Signals} */ (image.stopSignal));
      const [exitCode] = await ended;
      return exitCode === 0;
    });
  } finally {
    await end(service);
  }
  await check("HEALTHCHECK fails once the service has ended", async () => !isHealthy());
}

/**
 * What a container engine would make: an image's root, read-only, with a volume and a configuration.
 * @param {import("./build.mjs").Image} image @param {string} folder
 */
function createContainer(image, folder) {
  const configuration = join(folder, "configuration");
  writeConfiguration(configuration);
  // A named volume begins as what the image has in its place.
  const volume = join(folder, "volume");
  execFileSync("cp", ["--archive", join(image.root, VOLUME), volume]);
  for (const path of [CONFIGURATION, MODULES]) mkdirSync(join(image.root, path), { recursive: true });
  const mounts = [
    { from: volume, to: VOLUME },
    { from: configuration, to: CONFIGURATION, isReadOnly: true },
    { from: resolve("examples/quick-start"), to: MODULES, isReadOnly: true },
  ];
  const commandLine = (/** @type {string[]} */ command) => enter({ ...image, command, isReadOnly: true, mounts });
  const env = { PATH, ...image.env };
  return {
    image,
    commandLine,
    env,
    hasFile: (/** @type {string} */ path) => existsSync(join(image.root, path)),
    hasOnVolume: (/** @type {string} */ path) => existsSync(join(volume, path)),
    run: (/** @type {string[]} */ command) => {
      const [program = "", ...args] = commandLine(command);
      return spawnSync(program, args, { env, encoding: "utf8" });
    },
  };
}
