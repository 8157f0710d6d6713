import { GUARDED_PATHS } from "./guarded-paths.ts";

/** Proxies for which a file is written. */
export const PROXIES = ["nginx", "caddy", "haproxy"] as const;

export type Proxy = (typeof PROXIES)[number];

/** Where the proxy finds both. */
export interface ProxiedAddresses {
  /** `host:port` of the service. */
  readonly service: string;
  /** `host:port` of Synapse. */
  readonly synapse: string;
}

/** A file for a proxy: its name, its text, and what is to be done with it. */
export interface ProxyFile {
  readonly name: string;
  readonly text: string;
  readonly step: string;
}

/** Sends what the service decides to it, without a copy on the way, and tells the client's address. */
export function writeProxyFile(proxy: Proxy, addresses: ProxiedAddresses): ProxyFile {
  const writers: Record<Proxy, (addresses: ProxiedAddresses) => ProxyFile> = {
    nginx: writeNginx,
    caddy: writeCaddy,
    haproxy: writeHaproxy,
  };
  return writers[proxy](addresses);
}

function writeNginx({ service }: ProxiedAddresses): ProxyFile {
  return {
    name: "media-bridge.nginx.conf",
    step: "put `include …/media-bridge.nginx.conf;` into the `server` block of your homeserver, before its other locations; then run nginx -t and reload nginx",
    text: `# For the server block of the homeserver: what the service decides goes to it, everything else stays as it is.
location ~ ${GUARDED_PATHS} {
  proxy_pass http://${service};
  proxy_http_version 1.1;
  proxy_set_header Host $host;
  proxy_set_header Connection "";
  # Set, not added to: what a client claims must not get through.
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;

  # The service decides how large a body may be, before it is sent, and streams it on as it comes.
  client_max_body_size 0;
  proxy_request_buffering off;
  client_body_buffer_size 128k;
  # A refusal comes before the body has been read: the rest is thrown away, so that the client sees the answer.
  lingering_time 120s;
  # Longer than the longest deadline of a module and upstream.timeout together.
  proxy_read_timeout 430s;
}
`,
  };
}

function writeCaddy({ service, synapse }: ProxiedAddresses): ProxyFile {
  return {
    name: "media-bridge.Caddyfile",
    step: "put `import …/media-bridge.Caddyfile` into the site block of your homeserver, in place of its reverse_proxy to Synapse; then run caddy validate and reload Caddy",
    text: `# For the site block of the homeserver: what the service decides goes to it, everything else to Synapse.
@media_bridge path_regexp ${GUARDED_PATHS}
handle @media_bridge {
	# Caddy streams bodies both ways, and sets X-Forwarded-For itself.
	reverse_proxy ${service}
}
handle {
	reverse_proxy ${synapse}
}
`,
  };
}

function writeHaproxy({ service, synapse }: ProxiedAddresses): ProxyFile {
  return {
    name: "media-bridge.haproxy.cfg",
    step: "take the lines over into the frontend of your homeserver and beside your backends; then run haproxy -c and reload HAProxy",
    text: `# The frontend is an example: take its three lines for the service over into that of your homeserver, which has the certificate.
frontend matrix
  mode http
  bind 127.0.0.1:8880
  timeout client 430s
  # Set, not added to: what a client claims must not get through.
  http-request set-header X-Forwarded-For %[src]
  acl media_bridge path,url_dec -m reg ${GUARDED_PATHS}
  use_backend media_bridge if media_bridge
  default_backend synapse

backend media_bridge
  mode http
  timeout connect 5s
  # Longer than the longest deadline of a module and upstream.timeout together.
  timeout server 430s
  server media_bridge ${service}

# Yours, where there is one already.
backend synapse
  mode http
  timeout connect 5s
  timeout server 430s
  server synapse ${synapse}
`,
  };
}
