import { StartError } from "../../errors.ts";
import { readYamlFile } from "../../config/yaml/yaml-file.ts";
import { toPlainValue } from "../../config/yaml/yaml-value.ts";

/** What a homeserver.yaml says that the service's configuration repeats. */
export interface SynapseFile {
  readonly serverName: string;
  readonly publicBaseurl: string | undefined;
  readonly maxUploadSize: string | number | undefined;
  /** As they are in the file. */
  readonly mediaUploadLimits: unknown;
  /** `host:port` of a listener that serves clients. */
  readonly listener: string | undefined;
  /** Names of modules and spam checkers, which may decide over uploads. */
  readonly modules: readonly string[];
}

/** Reads a homeserver.yaml. Throws a StartError `CONFIG` where it cannot be read, or is not one. */
export function readSynapseFile(path: string): SynapseFile {
  const { entries } = readYamlFile(path);
  const read = (key: string): unknown => {
    const node = entries.get(key);
    return node === undefined ? undefined : toPlainValue(node);
  };
  const serverName = read("server_name");
  if (typeof serverName !== "string") {
    throw new StartError(
      "CONFIG",
      `${path}: expected server_name: this does not look like a homeserver.yaml of Synapse`,
    );
  }
  const maxUploadSize = read("max_upload_size");
  const publicBaseurl = read("public_baseurl");
  return {
    serverName,
    publicBaseurl: typeof publicBaseurl === "string" ? publicBaseurl : undefined,
    maxUploadSize: typeof maxUploadSize === "string" || typeof maxUploadSize === "number" ? maxUploadSize : undefined,
    mediaUploadLimits: read("media_upload_limits"),
    listener: findListener(read("listeners")),
    modules: [...namesOf(read("modules")), ...namesOf(read("spam_checker"))],
  };
}

function findListener(listeners: unknown): string | undefined {
  for (const listener of membersOf(listeners)) {
    const resources = membersOf(listener["resources"]).flatMap(({ names }) => (Array.isArray(names) ? names : []));
    if (listener["type"] !== "http" || listener["tls"] === true || !resources.includes("client")) continue;
    const addresses = [listener["bind_addresses"], listener["bind_address"]].flat();
    const host = addresses.find(
      (address): address is string => typeof address === "string" && /^[\d.]+$/.test(address),
    );
    if (typeof listener["port"] === "number") {
      return `${host === undefined || host === "0.0.0.0" ? "127.0.0.1" : host}:${listener["port"]}`;
    }
  }
  return undefined;
}

function namesOf(given: unknown): string[] {
  return membersOf(Array.isArray(given) ? given : [given]).flatMap(({ module }) =>
    typeof module === "string" ? [module] : [],
  );
}

function membersOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter((entry): entry is Record<string, unknown> => typeof entry === "object" && entry !== null)
    : [];
}
