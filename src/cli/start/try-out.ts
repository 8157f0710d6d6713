import type { AddressInfo } from "node:net";
import type { Config } from "../../config/config.ts";
import { loadTokensFile } from "../../config/tokens-file.ts";

/**
 * Lines for a shell that show the running service at work. They contain tokens of the tokens file, so they are printed
 * only on request.
 */
export function describeTryOut(config: Config, address: AddressInfo | string | null): string {
  const { tokensFile } = config.mediaBridge;
  if (tokensFile === undefined || typeof address !== "object" || address === null) {
    return "--try-out shows something only with a tokens_file and a TCP port.";
  }
  const base = `http://${address.address}:${address.port}`;
  const [token = "<token>"] = loadTokensFile(tokensFile, config.serverName).tokens.keys();
  const auth = `-H 'Authorization: Bearer ${token}'`;
  return `
Try it out, in another shell:

  # what may this user upload?
  curl -s ${auth} '${base}/_matrix/client/v1/media/config'

  # an upload
  echo 'hello' | curl -s ${auth} -H 'Content-Type: text/plain' --data-binary @- '${base}/_matrix/media/v3/upload?filename=hello.txt'

  # an upload that a module refuses: it is too large
  head -c 3000000 /dev/zero | curl -s ${auth} --data-binary @- '${base}/_matrix/media/v3/upload'

  # the download: put in the server name and media id of the content_uri that you were given
  curl -s ${auth} '${base}/_matrix/client/v1/media/download/${config.serverName}/<media id>'
`;
}
