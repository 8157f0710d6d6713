import type { Config } from "../../config/config.ts";
import { readYamlFileIfAny } from "../../config/yaml/yaml-file.ts";
import { toPlainValue } from "../../config/yaml/yaml-value.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";

interface Listener {
  readonly port?: unknown;
  readonly path?: unknown;
  readonly type?: unknown;
  readonly x_forwarded?: unknown;
}

/**
 * Does the Synapse behind this service trust the client's address that it gets? Otherwise this machine's address is
 * that of every user, in Synapse's log, in its rate limits and in its list of devices.
 *
 * @param files those of the configuration, and others that were named
 */
export function checkListeners(config: Config, files: readonly string[]): Finding[] {
  const what = "whether Synapse's listeners believe the client's address";
  const { homeserver, upstream } = config.mediaBridge;
  const urls = [homeserver?.url, upstream?.url].flatMap((url) => (url === undefined ? [] : [new URL(url)]));
  if (urls.length === 0) return [skipped(what, "no homeserver and no upstream is configured")];
  const ports = new Set(urls.map(({ port, protocol }) => Number(port) || (protocol === "https:" ? 443 : 80)));
  const listeners = files.flatMap((file) => readListeners(file).map((listener) => ({ file, listener })));
  const asked = listeners.filter(({ listener }) => ports.has(Number(listener.port)));
  if (asked.length === 0) {
    const addresses = urls.map(({ host }) => host).join(" and ");
    return [
      skipped(
        what,
        listeners.length === 0
          ? "Synapse's listeners are not known; name its configuration with --homeserver-config"
          : `none of the listeners of ${[...new Set(listeners.map(({ file }) => file))].join(", ")} has the port of ${addresses}`,
      ),
    ];
  }
  return asked.map(({ file, listener }) =>
    listener.x_forwarded === true
      ? ok(`Synapse's listener on port ${String(listener.port)} believes the client's address`)
      : problem(
          `Synapse's listener on port ${String(listener.port)} (${file}) lacks x_forwarded: true: every client that comes by way of this service seems to be this service`,
          "set x_forwarded: true for that listener, and restart Synapse",
        ),
  );
}

function readListeners(file: string): Listener[] {
  const node = readYamlFileIfAny(file)?.entries.get("listeners");
  const value: unknown = node === undefined ? [] : toPlainValue(node);
  return Array.isArray(value)
    ? value.filter((entry): entry is Listener => typeof entry === "object" && entry !== null)
    : [];
}
