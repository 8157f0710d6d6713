import { MatrixError, matrixError } from "../../../errors.ts";
import { decodePercentLeniently } from "../../../util/text/percent.ts";
import { recordOf } from "../../record/request-record.ts";
import { identifyAdministrator, type AdministratorOptions } from "../../request/administrator.ts";
import { parseQuery } from "../../request/query/query.ts";
import { sendInTurn } from "../../response/send-in-turn.ts";
import type { Handler, Route } from "../route.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";

/** How SQLite and the system say that a disk is full. */
const FULL_DISK: ReadonlySet<unknown> = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT"]);

/**
 * The routes of endpoints of Synapse's admin API. Each finds out first who asks; then a body has no meaning, and what
 * the client sends is read and discarded. Of two paths that match, the one with fewer placeholders answers.
 */
export function adminRoutes(endpoints: readonly AdminEndpoint[], options: AdministratorOptions): Route[] {
  const byName = Map.groupBy(endpoints, ({ name }) => name);
  return [...byName]
    .toSorted(([a], [b]) => placeholders(a) - placeholders(b))
    .map(([name, group]) => {
      const path = patternOf(name);
      const methods = group.map((endpoint) => [endpoint.method, handlerOf(endpoint, path, options)] as const);
      return { name, path, methods: Object.fromEntries(methods) };
    });
}

function handlerOf(endpoint: AdminEndpoint, path: RegExp, options: AdministratorOptions): Handler {
  return async (req, res) => {
    const query = parseQuery(req.url);
    const administrator = await identifyAdministrator(req, query, options);
    const record = recordOf(res);
    if (record) record.userId = administrator.userId;
    // Room ids come encoded from some clients and as they are from others.
    const parts = (path.exec(req.path) ?? []).slice(1).map(decodePercentLeniently);
    const body = await endpoint.handle({ req, res, query, parts, administrator }).catch(nameFullDisk);
    if (body !== undefined) await sendInTurn(res, body);
  };
}

/** An administrator is told why the store failed where that can be helped. */
function nameFullDisk(error: unknown): never {
  if (!MatrixError.is(error) || error.code !== "STORE_FAILED") throw error;
  const { cause } = error;
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  throw FULL_DISK.has(code) ? matrixError("STORE_FULL", { cause }) : error;
}

function patternOf(name: string): RegExp {
  const source = name.split(/\{\w+\}/).map((literal) => literal.replaceAll(/[/.]/g, String.raw`\$&`));
  return new RegExp(`^${source.join("([^/]*)")}$`);
}

function placeholders(name: string): number {
  return name.split("{").length - 1;
}
