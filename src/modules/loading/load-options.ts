import type { Handlers } from "../../bridge/transport/peer-requests.ts";
import type { Config } from "../../config/config.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import type { HeldBack } from "../heard/held-back.ts";
import type { Blocked } from "../python/python-messages.ts";
import type { TypeScriptServices } from "../typescript/typescript-services.ts";
import type { WebServices } from "../typescript/web.ts";

/** How modules are loaded. */
export interface LoadOptions {
  readonly config: Config;
  readonly log: Logger;
  /** By which timers of TypeScript modules go; absent: the machine's. */
  readonly clock?: Clock;
  /** For `check` and `call`: nothing of a module starts by itself. */
  readonly dryRun: boolean;
  /** Whether Python modules may send `GET` to other servers in a dry run nevertheless. */
  readonly mayGet?: boolean;
  /** The longest transaction of a Python module in a dry run, in milliseconds; absent: as long as it takes. */
  readonly maxTransactionMs?: number | undefined;
  /** Called each time that a TypeScript module was held back from work in the background, in a dry run. */
  readonly onHeldBack?: ((what: HeldBack) => void) | undefined;
  /** What Python modules may ask of the service: handlers by method (docs/bridge-protocol.md). */
  readonly requests?: Handlers;
  /** Called each time a Python module blocked the child's event loop. */
  readonly onBlocked?: (blocked: Blocked) => void;
  /** Called with the time that each call to Python waited for its turn. */
  readonly onWaited?: (seconds: number) => void;
  /** What is done for TypeScript modules, which are set up once it is there. */
  readonly services: Promise<TypeScriptServices>;
  /**
   * Called once Python has been spawned, if there is any: it then starts by itself, and other work may take its time.
   */
  readonly onSpawned?: () => void;
  /** What is offered for web resources; where it is absent, they are not served. */
  readonly web?: WebServices;
  /** 0 at start; every reload counts one up. */
  readonly generation?: number;
  /** Hears one line for each step of making the Python environment; the log does where it is absent. */
  readonly onProgress?: (line: string) => void;
}

/** With what is not given filled in. */
export type CompleteOptions = LoadOptions & { readonly web: WebServices };
