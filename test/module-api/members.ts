import { readFileSync } from "node:fs";
import { z } from "zod";

const RowSchema = z
  .strictObject({
    name: z.string(),
    /** Whether it works: here alone, with a homeserver, with a database, or not at all. */
    works: z.enum(["yes", "homeserver", "database", "no"]),
    /**
     * What it takes of the homeserver: the administrator's token, that of the application service, or the address
     * alone.
     */
    token: z.enum(["admin", "appservice", "url"]).optional(),
    note: z.string().optional(),
  })
  .refine(({ works, token }) => (works === "homeserver") === (token !== undefined));

const MembersSchema = z.strictObject({
  /** The release of Synapse that was read. */
  release: z.string(),
  ModuleApi: z.array(RowSchema),
  AccountDataManager: z.array(RowSchema),
  PublicRoomListManager: z.array(RowSchema),
  "synapse.module_api": z.array(RowSchema),
  "synapse.module_api.errors": z.array(RowSchema),
  /** Public names of `synapse.module_api` that it has from elsewhere (typing, Twisted) and that promise nothing. */
  foreign: z.array(z.string()),
});

export type Row = z.infer<typeof RowSchema>;

const FILE = new URL("../fixtures/module-api/members.json", import.meta.url);

/**
 * The one list of what `synapse.module_api` offers. docs/module-api.md is made from it, rows.test.ts tries every row,
 * and the tests beside a real Synapse compare it with the names that are there.
 */
export const MEMBERS = MembersSchema.parse(JSON.parse(readFileSync(FILE, "utf8")));

/** The rows about objects that a module holds, with the way to each. */
export const OBJECT_ROWS: readonly { readonly path: string; readonly row: Row }[] = [
  ...MEMBERS.ModuleApi.map((row) => ({ path: row.name, row })),
  ...MEMBERS.AccountDataManager.map((row) => ({ path: `account_data_manager.${row.name}`, row })),
  ...MEMBERS.PublicRoomListManager.map((row) => ({ path: `public_room_list_manager.${row.name}`, row })),
];
