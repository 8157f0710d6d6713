import { z } from "zod";
import type { Connection } from "../../bridge/transport/connection.ts";
import { ModuleDatabaseError, type ModuleDatabase, type SqlValue } from "../../module-api/module-database.ts";
import {
  openDatabaseOver,
  type Session,
  type StatementResult,
} from "../../storage/module-database/open-module-database.ts";

/** Beyond the deadline of the transaction, which Synapse's side watches as well. */
const GRACE_MS = 5_000;

const FailedSchema = z.strictObject({
  failed: z.strictObject({
    code: z.enum(["SQL", "DEADLINE", "ENDED", "UNAVAILABLE"]),
    message: z.string(),
    sql_code: z.string().nullable(),
    retry: z.boolean(),
  }),
});
const BegunSchema = z.strictObject({ transaction: z.int() });
const ResultSchema = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.unknown())),
  changes: z.int(),
});
const DoneSchema = z.null();

/** Synapse's own database, by `ModuleApi.run_db_interaction`: each transaction is one of its interactions. */
export function peerDatabase(connection: Connection): ModuleDatabase {
  const worthRetrying = new WeakSet<Error>();
  const ask = async <T>(params: object, schema: z.ZodType<T>, deadlineMs?: number): Promise<T> => {
    const answer = await request(connection, params, deadlineMs);
    const refused = FailedSchema.safeParse(answer);
    if (!refused.success) return schema.parse(answer);
    const { code, message, sql_code: sqlCode, retry } = refused.data.failed;
    const error = new ModuleDatabaseError(code, message, { sqlCode: sqlCode ?? undefined });
    if (retry) worthRetrying.add(error);
    throw error;
  };
  const sessionOf = (transaction: number): Session => ({
    execute: async (sql, params) => {
      const sent = params.map(valueToWire);
      return toResult(await ask({ do: "execute", transaction, sql, params: sent }, ResultSchema));
    },
    commit: async () => {
      await ask({ do: "commit", transaction }, DoneSchema);
    },
    // What cannot be told is rolled back by Synapse's side at the deadline, or with the connection.
    abandon: () => ask({ do: "rollback", transaction }, DoneSchema).then(nothing, nothing),
  });
  return openDatabaseOver({
    begin: async (remainingMs) => {
      const deadline_ms = Math.ceil(remainingMs);
      return sessionOf((await ask({ do: "begin", deadline_ms }, BegunSchema, remainingMs + GRACE_MS)).transaction);
    },
    isWorthRetrying: (error) => error instanceof Error && worthRetrying.has(error),
    close: () => Promise.resolve(),
  });
}

async function request(connection: Connection, params: object, deadlineMs: number | undefined): Promise<unknown> {
  try {
    return await connection.request("database", params, deadlineMs === undefined ? {} : { deadlineMs });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModuleDatabaseError("UNAVAILABLE", `Synapse's database cannot be reached: ${reason}`, { cause: error });
  }
}

function toResult({ columns, rows, changes }: z.infer<typeof ResultSchema>): StatementResult {
  const named = rows.map((row) => {
    const record: Record<string, unknown> = {};
    for (const [index, column] of columns.entries()) record[column] = valueFromWire(row[index]);
    return record;
  });
  return { rows: named, changes };
}

/** The wire has no binary data: bytes travel in base64. */
function valueToWire(value: SqlValue): unknown {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString("base64") } : value;
}

function valueFromWire(value: unknown): unknown {
  const bytes = (value as { bytes?: unknown } | null)?.bytes;
  return typeof bytes === "string" ? Buffer.from(bytes, "base64") : value;
}

function nothing(): void {
  // There is nothing to tell.
}
