import { say } from "../../callbacks/said.ts";
import type { HomeserverClient } from "../../homeserver/client/homeserver-client.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "../../homeserver/client/refusal.ts";
import { HomeserverError, DryRunRefusal } from "../../homeserver/homeserver-error.ts";
import type { Logger } from "../../util/log.ts";
import { ModuleDatabaseError, type ModuleDatabase, type ModuleTransaction } from "../../module-api/module-database.ts";

/**
 * The database as a module has it. A module may swallow a failure there, and then seems to consent. So `call` is told
 * of each failure, and the log once of each missing table of Synapse's.
 */
export function heardDatabase(database: ModuleDatabase, log: Logger): ModuleDatabase {
  const logged = new Set<string>();
  const hear = (error: unknown) => {
    if (!isSqlError(error) || !MISSING_TABLE.test(error.message)) return;
    say("error", error.message);
    if (!OF_SYNAPSE.test(error.message) || logged.has(error.message)) return;
    logged.add(error.message);
    log.error({}, error.message);
  };
  return {
    transaction: (name, run, options) =>
      hearing(
        database.transaction(name, (txn) => run(heardTransaction(txn, hear)), options),
        (error) => {
          if (isUnusable(error)) say("error", `${name}: ${error.message}`);
        },
      ),
  };
}

/** The homeserver as a module has it; `call` is told of failures as with the database. */
export function heardHomeserver(client: HomeserverClient): HomeserverClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        return answer instanceof Promise ? hearing(answer, sayHomeserverFailure) : answer;
      };
    },
  });
}

function heardTransaction(txn: ModuleTransaction, hear: (error: unknown) => void): ModuleTransaction {
  return {
    execute: <Row>(...args: Parameters<ModuleTransaction["execute"]>) => hearing(txn.execute<Row>(...args), hear),
    change: (...args) => hearing(txn.change(...args), hear),
  };
}

const OF_SYNAPSE = /this table is Synapse's|database that is not Synapse's/;
const MISSING_TABLE = /no such table|relation "[^"]*" does not exist/;

function isSqlError(error: unknown): error is ModuleDatabaseError {
  return error instanceof ModuleDatabaseError && error.code === "SQL";
}

/** A statement that fails by itself has been reported, or depends on the rows. */
function isUnusable(error: unknown): error is ModuleDatabaseError {
  return error instanceof ModuleDatabaseError && (error.code === "UNAVAILABLE" || error.code === "DEADLINE");
}

function sayHomeserverFailure(error: unknown): void {
  if (error instanceof DryRunRefusal) say("warning", error.message);
  else if (error instanceof HomeserverNotConfigured || error instanceof HomeserverError) say("error", error.message);
  // These say nothing about the question: they concern the service's own token, the load, or what is in front of the
  // homeserver.
  else if (error instanceof HomeserverRefusal && (error.errcode === undefined || [401, 429].includes(error.status))) {
    say("error", error.message);
  }
}

async function hearing<T>(answer: Promise<T>, hear: (error: unknown) => void): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    hear(error);
    throw error;
  }
}
