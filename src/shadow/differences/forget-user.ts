import { changePrivate } from "../../storage/open/open-private.ts";
import { shadowDatabase } from "./shadow-schema.ts";

/** Every text of a difference can name a user: the arguments, and what modules said. */
const FORGET = `
  delete from differences
  where user_id = @user or instr(args, @text) > 0 or instr(original, @text) > 0 or instr(candidate, @text) > 0
    or instr(effects, @text) > 0 or instr(context, @text) > 0
`;

/**
 * Removes the differences that name a user, beside the running service or without it. Returns how many there were; what
 * was counted stays. Throws a StartError `STORE`.
 */
export function forgetInShadows(dataPath: string, user: string): number {
  // As JSON text has it.
  const text = JSON.stringify(user).slice(1, -1);
  return changePrivate(shadowDatabase(dataPath), (db) => db.prepare(FORGET).run({ user, text }).changes) ?? 0;
}
