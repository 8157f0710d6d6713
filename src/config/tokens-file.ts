import { z } from "zod";
import { StartError } from "../errors.ts";
import { flag, text } from "./schema/fields.ts";
import { isUserId } from "./forms/matrix-names.ts";
import { isTokenText, secretFileWarnings } from "./secret-file.ts";
import { describeKind, findOddKey, findNode } from "./yaml/yaml-node.ts";
import { readYamlFile } from "./yaml/yaml-file.ts";
import { toPlainValue } from "./yaml/yaml-value.ts";

/** The owner of a token of the tokens file. */
export interface TokenOwner {
  readonly userId: string;
  readonly admin: boolean;
  readonly guest: boolean;
}

export interface LoadedTokens {
  readonly tokens: ReadonlyMap<string, TokenOwner>;
  readonly warnings: readonly string[];
}

const USER_ID_FORM = "a user id (such as @alice:example.com)";

const TokenOwnerSchema = z.strictObject(
  {
    user_id: text(USER_ID_FORM).refine(isUserId, { error: USER_ID_FORM }),
    admin: flag().prefault(false),
    guest: flag().prefault(false),
  },
  { error: "a mapping with user_id, admin and guest" },
);

/**
 * Reads a file of `token: {user_id, admin, guest}`. An error names the file and the number of the entry (from 1), never
 * a token. Every owner is a user of `serverName`: media is stored under this server's name alone. A file that every
 * user of the machine may read is a warning.
 *
 * @throws {StartError} `CONFIG`
 */
export function loadTokensFile(path: string, serverName: string): LoadedTokens {
  const root = readYamlFile(path);
  const tokens = new Map<string, TokenOwner>();
  const oddKey = findOddKey(root);
  if (oddKey !== undefined) {
    const found = describeKind(oddKey.kind);
    throw new StartError("CONFIG", `${path}:${oddKey.line}: expected a token in quotes, found ${found}`);
  }
  for (const [index, [token, node]] of [...root.entries].entries()) {
    const entry = `${path}:${node.line}: entry ${index + 1}`;
    if (!isTokenText(token)) throw new StartError("CONFIG", `${entry}: expected a token of visible ASCII characters`);
    const { data, error } = TokenOwnerSchema.safeParse(toPlainValue(node));
    const issue = error?.issues[0];
    if (issue?.code === "unrecognized_keys") {
      throw new StartError("CONFIG", `${entry}: expected no keys but user_id, admin and guest`);
    }
    if (issue !== undefined || data === undefined) {
      const found = describeKind(findNode(node, issue?.path ?? []).node?.kind);
      const where = [entry, ...(issue?.path ?? []).map(String)].join(": ");
      throw new StartError("CONFIG", `${where}: expected ${issue?.message ?? "an owner"}, found ${found}`);
    }
    if (data.user_id.slice(data.user_id.indexOf(":") + 1) !== serverName) {
      const found = "a user of another server; correct user_id, or server_name";
      throw new StartError(
        "CONFIG",
        `${entry}: user_id: expected a user of server_name (${serverName}), found ${found}`,
      );
    }
    tokens.set(token, Object.freeze({ userId: data.user_id, admin: data.admin, guest: data.guest }));
  }
  return { tokens, warnings: secretFileWarnings(path, "the tokens") };
}
