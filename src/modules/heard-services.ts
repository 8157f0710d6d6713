import { say } from "../callbacks/said.ts";
import type { HomeserverClient } from "../homeserver/client/homeserver-client.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "../homeserver/client/refusal.ts";
import { HomeserverError, HomeserverHeldBack } from "../homeserver/homeserver-error.ts";
import { ModuleDatabaseError, type ModuleDatabase, type ModuleTransaction } from "./module-database.ts";

/** The database as a module has it. `call` hears what fails there: a module may swallow the error, and then seems to consent. */
export function heardDatabase(database: ModuleDatabase): ModuleDatabase {
  return {
    transaction: (name, run, options) =>
      hearing(
        database.transaction(name, (txn) => run(heardTransaction(txn)), options),
        (error) => {
          if (isUnusable(error)) say("error", `${name}: ${error.message}`);
        },
      ),
  };
}

/** The homeserver as a module has it, of which `call` hears as of the database. */
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

function heardTransaction(txn: ModuleTransaction): ModuleTransaction {
  const hear = (error: unknown) => {
    if (isSqlError(error) && MISSING_TABLE.test(error.message)) say("error", error.message);
  };
  return {
    execute: <Row>(...args: Parameters<ModuleTransaction["execute"]>) => hearing(txn.execute<Row>(...args), hear),
    change: (...args) => hearing(txn.change(...args), hear),
  };
}

const MISSING_TABLE = /no such table|relation "[^"]*" does not exist/;

function isSqlError(error: unknown): error is ModuleDatabaseError {
  return error instanceof ModuleDatabaseError && error.code === "SQL";
}

/** A statement that fails by itself has been heard, or depends on the rows. */
function isUnusable(error: unknown): error is ModuleDatabaseError {
  return error instanceof ModuleDatabaseError && (error.code === "UNAVAILABLE" || error.code === "DEADLINE");
}

function sayHomeserverFailure(error: unknown): void {
  if (error instanceof HomeserverHeldBack) say("warning", error.message);
  else if (error instanceof HomeserverNotConfigured || error instanceof HomeserverError) say("error", error.message);
  // Not a verdict on what was asked: the service's own token, load, or what is in front of the homeserver.
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
