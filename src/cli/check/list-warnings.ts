import { loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import type { LoadedConfig } from "../../config/config.ts";
import { loadTokensFile } from "../../config/tokens-file.ts";

/**
 * What the author of a configuration should know: of the configuration itself and of the files with tokens. Throws a
 * StartError.
 */
export function listWarnings({ config, warnings }: LoadedConfig): string[] {
  const { homeserver, tokensFile } = config.mediaBridge;
  const ownTokens = tokensFile ? loadTokensFile(tokensFile, config.serverName).warnings : [];
  return [...warnings, ...ownTokens, ...loadHomeserverTokens(homeserver).warnings];
}
