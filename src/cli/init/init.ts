import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StartError } from "../../errors.ts";
import { writeConfigFile } from "./config-file.ts";
import { writeProxyFile, type Proxy } from "./proxy-files.ts";
import { readSynapseFile, type SynapseFile } from "./synapse-file.ts";
import { writeUnitFile } from "./unit-file.ts";

export interface InitOptions {
  /** Synapse's homeserver.yaml. */
  readonly from: string | undefined;
  /** In place of what that says. */
  readonly serverName: string | undefined;
  readonly proxy: Proxy;
  /** Where the files go. */
  readonly folder: string;
  readonly dataPath: string;
}

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
const LISTEN_PORT = 8800;
const SYNAPSE = "127.0.0.1:8008";

/**
 * `media-bridge init`: writes a configuration, a proxy's file and a systemd unit, all or none, and never over a file
 * that is there. Answers the next steps; throws a StartError `CONFIG`.
 */
export function init(options: InitOptions): string {
  const { from, proxy } = options;
  const synapse = from === undefined ? undefined : readSynapseFile(from);
  const serverName = options.serverName ?? synapse?.serverName;
  if (serverName === undefined) {
    throw new StartError("CONFIG", "expected --from with Synapse's homeserver.yaml, or --server-name");
  }
  const folder = resolve(options.folder);
  const dataPath = resolve(options.dataPath);
  const config = join(folder, "media-bridge.yaml");
  const address = synapse?.listener ?? SYNAPSE;
  const proxied = writeProxyFile(proxy, { service: `127.0.0.1:${LISTEN_PORT}`, synapse: address });
  const text = writeConfigFile({
    serverName,
    publicBaseurl: synapse?.publicBaseurl ?? `https://${serverName}/`,
    maxUploadSize: synapse?.maxUploadSize ?? "50M",
    mediaUploadLimits: synapse?.mediaUploadLimits,
    modules: synapse?.modules ?? [],
    listenPort: LISTEN_PORT,
    synapse: address,
    dataPath,
  });
  const unit = join(folder, "media-bridge.service");
  const files = new Map([
    [config, text],
    [join(folder, proxied.name), proxied.text],
    [unit, writeUnitFile({ command: [process.execPath, MAIN], config, dataPath })],
  ]);
  writeNew(folder, files);
  const steps = [
    `look through ${config}`,
    ...listSynapseSteps(synapse, from),
    `media-bridge check --config ${toShellWord(config)}`,
    `useradd --system --home-dir ${toShellWord(dataPath)} media-bridge; cp ${toShellWord(unit)} /etc/systemd/system/; systemctl daemon-reload; systemctl enable --now media-bridge ` +
      "(examples/systemd has a socket unit as well, with which a restart refuses no request)",
    `${proxied.step} (${join(folder, proxied.name)})`,
    `media-bridge check --live --config ${toShellWord(config)}${from === undefined ? "" : ` --homeserver-config ${toShellWord(resolve(from))}`}`,
  ];
  const written = [...files.keys()].map((path) => `wrote ${path}`);
  return [...written, "", "next:", ...steps.map((step, index) => `${index + 1}. ${step}`)].join("\n");
}

function listSynapseSteps(synapse: SynapseFile | undefined, from: string | undefined): string[] {
  if (synapse === undefined) return [`check homeserver.url and upstream.url: Synapse is assumed on ${SYNAPSE}`];
  return [
    ...(synapse.listener === undefined
      ? [
          `check homeserver.url and upstream.url: ${from} has no http listener for clients with a port, so ${SYNAPSE} is assumed`,
        ]
      : []),
    ...(synapse.mediaUploadLimits === undefined
      ? []
      : [`take media_upload_limits out of ${from}: they are in the new file`]),
    ...(synapse.modules.length === 0
      ? []
      : [`move modules that decide over uploads (of ${synapse.modules.join(", ")}) from ${from} to the new file`]),
    "set x_forwarded: true for Synapse's listener, if it is not",
  ];
}

/** A text that a shell takes for one word. */
function toShellWord(text: string): string {
  return /^[\w/.,:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function writeNew(folder: string, files: ReadonlyMap<string, string>): void {
  const existing = [...files.keys()].filter((path) => existsSync(path));
  if (existing.length > 0) {
    throw new StartError(
      "CONFIG",
      `${existing.join(", ")}: there already, and never overwritten; nothing was written. Move it away, or name another folder with --folder`,
    );
  }
  const written: string[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of files) {
      const file = openSync(path, "wx");
      written.push(path);
      try {
        writeFileSync(file, text);
      } finally {
        closeSync(file);
      }
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw new StartError("CONFIG", `${folder} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
