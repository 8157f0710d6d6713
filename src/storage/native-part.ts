import Database from "better-sqlite3";
import { StartError } from "../errors.ts";

/** Loads the compiled part of the database's driver. Throws a StartError `STORE` where this installation lacks it. */
export function loadNativePart(): void {
  try {
    new Database(":memory:").close();
  } catch (error) {
    throw new StartError(
      "STORE",
      `better-sqlite3 cannot load its compiled part for ${process.platform}-${process.arch} and Node.js ${process.versions.node} ` +
        `(${(error as Error).message.split("\n")[0]}): install the service again on this machine (npm install), not by copying node_modules`,
      { cause: error },
    );
  }
}
