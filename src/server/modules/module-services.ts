import type { Config } from "../../config/config.ts";
import { type HomeserverTokens, loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import { loadTokensFile } from "../../config/tokens-file.ts";
import type { Authenticator, Requester } from "../../homeserver/who/authenticator.ts";
import { openHomeserver, type Homeserver } from "../../homeserver/client/homeserver.ts";
import { createHomeserverAccounts } from "../../homeserver/administration/homeserver-accounts.ts";
import { createTokensFileAuthenticator } from "../../homeserver/who/tokens-file.ts";
import { InProcessKnownUsers } from "../../coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator } from "../../homeserver/who/whoami.ts";
import type { HomeserverRequests } from "../../homeserver/client/request.ts";
import { createTokensFileAccounts, type Accounts } from "../../homeserver/administration/accounts.ts";
import { createAdministrators } from "../../homeserver/who/administrators.ts";
import type { AdministratorOptions } from "../../http/request/administrator.ts";
import { identifyWebRequest, type RequesterOptions } from "../../http/request/authenticate.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { homeserverRequests } from "../../modules/python/homeserver-requests.ts";
import type { TypeScriptServices } from "../../modules/typescript/typescript-services.ts";
import { createWhoIs } from "../../modules/python/who-is.ts";
import { moduleDatabaseOptions } from "./module-database.ts";
import { openModuleDatabase } from "../../storage/module-database/open-module-database.ts";
import type { Logger } from "../../util/log.ts";
import type { WebRequest } from "../../web/web-handler.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

/** What modules of both languages depend on, and what identifies the user of a request. */
export interface ModuleServices {
  readonly requester: AdministratorOptions;
  /** What administrators look up outside of the store. */
  readonly directory: { readonly homeserver: HomeserverRequests; readonly accounts: Accounts };
  readonly identify: (request: WebRequest) => Promise<Requester>;
  readonly typescript: TypeScriptServices;
  /** Makes `/metrics` show what the TypeScript modules of this generation declared. */
  readonly showMetrics: () => void;
  /** Answers to the child's requests. */
  readonly requests: {
    homeserver(params: unknown): Promise<unknown>;
    whoIs(params: unknown): Promise<unknown>;
  };
}

/** Opens the homeserver, the modules' database and the check of tokens. Rejects with a StartError. */
export async function openModuleServices(
  config: Config,
  log: Logger,
  metrics: Metrics,
  cleanup: ShutdownStack,
): Promise<ModuleServices> {
  const tokens = loadHomeserverTokens(config.mediaBridge.homeserver);
  for (const warning of tokens.warnings) log.warn({}, warning);
  const homeserver = openModulesHomeserver(config, tokens, cleanup);
  const administrators = createAdministrators({ requests: homeserver.requests, log });
  const who = createWho(config, tokens, log, metrics, cleanup);
  const requester = { ...who.requester, administrators };
  const database = await openModuleDatabase({ ...moduleDatabaseOptions(config), log });
  cleanup.add(() => database.close());
  const declared = metrics.openDeclared();
  const whoIs = createWhoIs(requester.authenticator);
  const { homeserver: ask } = homeserverRequests(homeserver.requests, log);
  return {
    requester,
    directory: {
      homeserver: homeserver.requests,
      accounts: who.accounts ?? createHomeserverAccounts({ requests: homeserver.requests }),
    },
    identify: async (request) => identifyWebRequest(request, requester),
    typescript: { homeserver: homeserver.client, database, metrics: declared.api },
    showMetrics: declared.show,
    requests: { homeserver: async (params) => ask?.(params), whoIs },
  };
}

function openModulesHomeserver(
  config: Config,
  { admin, appservice }: HomeserverTokens,
  cleanup: ShutdownStack,
): Homeserver {
  const { homeserver } = config.mediaBridge;
  const opened = openHomeserver({
    url: homeserver?.url,
    adminToken: admin,
    appserviceToken: appservice,
    timeoutMs: homeserver?.callTimeoutMs ?? 0,
  });
  cleanup.add(() => opened.close());
  return opened;
}

/** What tells who asks, and the accounts of a tokens file. */
function createWho(
  config: Config,
  { appservice: appserviceToken }: HomeserverTokens,
  log: Logger,
  metrics: Metrics,
  cleanup: ShutdownStack,
): { readonly requester: RequesterOptions; readonly accounts: Accounts | undefined } {
  const {
    homeserver,
    tokensFile,
    listen: { xForwarded },
  } = config.mediaBridge;
  let authenticator: Authenticator;
  let accounts: Accounts | undefined;
  if (homeserver !== undefined) {
    const known = new InProcessKnownUsers(homeserver);
    const whoami = createWhoamiAuthenticator({
      ...homeserver,
      known,
      log,
      serverName: config.serverName,
      appserviceToken,
      onAsked: (outcome, seconds) => metrics.whoamiAsked(outcome, seconds),
    });
    cleanup.add(() => whoami.close());
    authenticator = whoami;
  } else {
    const { tokens, warnings } = loadTokensFile(tokensFile ?? "", config.serverName);
    for (const warning of warnings) log.warn({}, warning);
    authenticator = createTokensFileAuthenticator(tokens);
    accounts = createTokensFileAccounts([...tokens.values()].map(({ userId }) => userId));
  }
  return { requester: { authenticator, xForwarded }, accounts };
}
