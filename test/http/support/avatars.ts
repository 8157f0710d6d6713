import type { FakeHomeserver } from "../../../src/testing/fake-homeserver.ts";

/** Has a homeserver list these avatars, of users and of rooms, to its administrator; each list has two pages. */
export function answerAvatars(
  homeserver: FakeHomeserver,
  { users = [], rooms = [] }: { readonly users?: readonly string[]; readonly rooms?: readonly string[] },
): void {
  const isAdmin = (token: string | undefined) => token === homeserver.tokenOf("@admin:example.test");
  const forbidden = { status: 403, body: { errcode: "M_FORBIDDEN", error: "You are not a server admin" } };
  const listed = [{ name: "@nobody:example.test", avatar_url: null }, ...users.map((uri) => ({ avatar_url: uri }))];
  homeserver.answer("GET", "/_synapse/admin/v2/users", ({ token, query }) => {
    if (!isAdmin(token)) return forbidden;
    const from = Number(query.get("from"));
    return {
      body: { users: listed.slice(from, from + 1), ...(from + 1 < listed.length && { next_token: `${from + 1}` }) },
    };
  });
  homeserver.answer("GET", "/_synapse/admin/v1/rooms", ({ token, query }) => {
    if (!isAdmin(token)) return forbidden;
    const from = Number(query.get("from"));
    const ids = rooms.map((_, index) => ({ room_id: `!room${index}:example.test` }));
    return { body: { rooms: ids.slice(from, from + 1), ...(from + 1 < ids.length && { next_batch: from + 1 }) } };
  });
  rooms.forEach((avatar, index) =>
    homeserver.answer("GET", `/_synapse/admin/v1/rooms/!room${index}:example.test`, ({ token }) =>
      isAdmin(token) ? { body: { avatar } } : forbidden,
    ),
  );
}
