import { readFileSync } from "node:fs";

/** The example, from which the unit is made. */
const EXAMPLE = new URL("../../../examples/systemd/media-bridge.service", import.meta.url);
/** What `StateDirectory=media-bridge` makes. */
const STATE_DIRECTORY = "/var/lib/media-bridge";

export interface UnitPaths {
  /** The command that starts the executable, word by word. */
  readonly command: readonly string[];
  readonly config: string;
  readonly dataPath: string;
}

/** The example's unit for systemd, with the paths of this machine. */
export function writeUnitFile({ command, config, dataPath }: UnitPaths): string {
  const words = [...command, "start", "--config", config].map((word) => toWord(word).replaceAll("$", "$$$$"));
  const unit = readFileSync(EXAMPLE, "utf8")
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${words.join(" ")}`)
    .replace(/^Documentation=.*\n/m, "");
  if (dataPath === STATE_DIRECTORY || dataPath.startsWith(`${STATE_DIRECTORY}/`)) return unit;
  // systemd makes no other folder than its own: this one has to be there, and the service's.
  return unit
    .replace(/^WorkingDirectory=.*$/m, () => `WorkingDirectory=${withoutSpecifiers(dataPath)}`)
    .replace(/^StateDirectory=.*$/m, () => `ReadWritePaths=${toWord(dataPath)}`)
    .replace(/^StateDirectoryMode=.*\n/m, "");
}

/** A text that systemd takes for one word: `systemd.syntax(7)`, "Quoting". */
function toWord(text: string): string {
  const plain = withoutSpecifiers(text);
  return /[\s"'\\]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, "\\$&")}"` : plain;
}

/** A percent sign begins a specifier: `systemd.unit(5)`. */
function withoutSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
