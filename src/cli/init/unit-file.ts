import { readFileSync } from "node:fs";

/** The example, from which the unit is made. */
const EXAMPLE = new URL("../../../examples/systemd/media-bridge.service", import.meta.url);
/** What `StateDirectory=media-bridge` makes. */
const STATE_DIRECTORY = "/var/lib/media-bridge";

export interface UnitPaths {
  /** The command that starts the executable. */
  readonly command: string;
  readonly config: string;
  readonly dataPath: string;
}

/** The example's unit for systemd, with the paths of this machine. */
export function writeUnitFile({ command, config, dataPath }: UnitPaths): string {
  const unit = readFileSync(EXAMPLE, "utf8")
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${command} start --config ${config}`)
    .replace(/^Documentation=.*\n/m, "");
  if (dataPath === STATE_DIRECTORY || dataPath.startsWith(`${STATE_DIRECTORY}/`)) return unit;
  // systemd makes no other folder than its own: this one has to be there, and the service's.
  return unit
    .replace(/^WorkingDirectory=.*$/m, () => `WorkingDirectory=${dataPath}`)
    .replace(/^StateDirectory=.*$/m, () => `ReadWritePaths=${dataPath}`)
    .replace(/^StateDirectoryMode=.*\n/m, "");
}
