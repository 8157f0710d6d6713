import { MEMBERS, type Row } from "./members.ts";

const HOMESERVER = { admin: "administrator's token", appservice: "application service's token", url: "its address" };

/** docs/module-api.md: what a Python module may call and import, row by row. */
export function renderReference(): string {
  return [
    "# ModuleApi, member by member",
    "",
    "<!-- Generated from test/fixtures/module-api/members.json. To renew it: UPDATE_DOCS=1 npx vitest run test/module-api/reference.test.ts -->",
    "",
    `Every public member of \`ModuleApi\` in Synapse ${MEMBERS.release}, and every name that \`synapse.module_api\` exports. Each row is held by a test.`,
    "",
    "* **works**: in this service alone;",
    "* **with a homeserver**: asks the one of `media_bridge.homeserver`, by the token that is named ([homeserver.md](homeserver.md)). Where a key is",
    "  not set, the call fails and names it;",
    "* **with a database**: by `run_db_interaction`;",
    "* **fails clearly**: raises when it is called, with the names of module and method. It may be imported, touched, named in an annotation.",
    "",
    ...renderTable("ModuleApi", MEMBERS.ModuleApi),
    ...renderTable("ModuleApi.account_data_manager (AccountDataManager)", MEMBERS.AccountDataManager),
    ...renderTable("ModuleApi.public_room_list_manager (PublicRoomListManager)", MEMBERS.PublicRoomListManager),
    ...renderTable("synapse.module_api", MEMBERS["synapse.module_api"]),
    ...renderTable("synapse.module_api.errors", MEMBERS["synapse.module_api.errors"]),
  ].join("\n");
}

function renderTable(title: string, rows: readonly Row[]): string[] {
  const lines = rows.map((row) => `| \`${row.name}\` | ${describe(row)} | ${row.note ?? ""} |`);
  return [`## ${title}`, "", "| name | here | |", "|---|---|---|", ...lines, ""];
}

function describe({ works, token }: Row): string {
  if (works === "homeserver") return `with a homeserver: ${HOMESERVER[token ?? "url"]}`;
  return { yes: "works", database: "with a database", no: "fails clearly" }[works];
}
