import type { Refusal } from "../../media/refusals/refusal.ts";
import type { DatabaseChoice } from "../open-stores.ts";
import { readRefusals, type RefusalQuery } from "../sqlite/offline/refusal-query.ts";
import { eraseUser, type ErasedUser } from "../sqlite/offline/user-erasure.ts";

/** What a service keeps about users, for commands: beside the running service or without one. */
export interface UserRecords {
  /** Hands over refusals, oldest first, one at a time: there may be many. Only reads. Throws a StartError `STORE`. */
  readRefusals(query: RefusalQuery, onRefusal: (refusal: Refusal) => void): void;
  /** Takes a user's id out of everything that is kept. Throws a StartError `STORE`. */
  eraseUser(userId: string): ErasedUser;
}

/** The records in a database that a service has made; nothing is made or brought up to this release. */
export function openRecords({ path }: DatabaseChoice): UserRecords {
  return {
    readRefusals: (query, onRefusal) => readRefusals(path, query, onRefusal),
    eraseUser: (userId) => eraseUser(path, userId),
  };
}
