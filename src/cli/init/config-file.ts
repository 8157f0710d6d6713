import { stringify } from "yaml";

/** What the configuration that is written says. */
export interface InitialSettings {
  readonly serverName: string;
  readonly publicBaseurl: string;
  readonly maxUploadSize: string | number;
  /** As in Synapse's file; undefined where it has none. */
  readonly mediaUploadLimits: unknown;
  /** Synapse's modules, which are named and not taken over. */
  readonly modules: readonly string[];
  readonly listenPort: number;
  /** `host:port`. */
  readonly synapse: string;
  readonly dataPath: string;
}

/** The text of a `media-bridge.yaml` in front of a Synapse, with comments. */
export function writeConfigFile(settings: InitialSettings): string {
  const { serverName, publicBaseurl, maxUploadSize, listenPort, synapse, dataPath } = settings;
  return `# The media bridge in front of a Synapse that keeps its media. Every key: docs/configuration.md.

# The same as in homeserver.yaml.
server_name: ${scalar(serverName)}
public_baseurl: ${scalar(publicBaseurl)}
# The largest upload. Set it to the same on both sides.
max_upload_size: ${scalar(maxUploadSize)}

${describeLimits(settings.mediaUploadLimits)}
${describeModules(settings.modules)}
media_bridge:
  # With this nothing is refused yet: what the modules and limits would refuse is only counted, logged and kept
  # (docs/report-only.md):
  # enforce: report

  # Where the proxy finds this service. The proxy sets X-Forwarded-For, so it is believed.
  listen: { host: 127.0.0.1, port: ${listenPort}, x_forwarded: true }

  homeserver:
    # Says whose an access token is. It is also the address for what modules ask (docs/homeserver.md).
    url: http://${synapse}
    # Which database modules work on: \`own\`, the service's, or Synapse's (docs/database.md).
    database: own
    # A file with an administrator's access token, by which Synapse is asked what users uploaded before (docs/guard.md):
    # admin_token_file: ./admin-token

  # Synapse keeps the media, and this service decides over uploads (mode: guard, docs/guard.md).
  upstream: { url: http://${synapse}, mode: guard }

  # The service's own files: its database, the Python environment.
  data_path: ${scalar(dataPath)}

  # Where Prometheus reads metrics:
  # metrics: { host: 127.0.0.1, port: 9800 }
`;
}

/** As Synapse's YAML reads it. */
function scalar(value: unknown): string {
  return stringify(value, { version: "1.1" }).trim();
}

function describeLimits(limits: unknown): string {
  if (limits === undefined || limits === null) {
    return `# How much each user may upload over time, unless a module says otherwise:
# media_upload_limits:
#   - { time_period: 30d, max_size: 2G }
`;
  }
  return `# From homeserver.yaml: take it out there, or both count.
${stringify({ media_upload_limits: limits }, { version: "1.1" })}`;
}

function describeModules(modules: readonly string[]): string {
  const found = modules.map((name) => `#   - module: ${name}\n`).join("");
  return `# The modules that decide, in the order in which they are asked (docs/writing-modules.md).${
    found &&
    ` Synapse loads these; move those over that decide\n# over uploads, with their config (docs/guard.md, "Synapse's own modules"):\n${found.trimEnd()}`
  }
modules: []
`;
}
