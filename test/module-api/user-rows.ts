import type { Trial } from "./row.ts";

const USERS = "/_synapse/admin/v2/users";
const AS = "access_token";
const ALICE = {
  name: "@alice:example.test",
  admin: true,
  deactivated: false,
  locked: false,
  suspended: true,
  shadow_banned: false,
  is_guest: false,
  creation_ts: 1_560_432_506,
  user_type: "bot",
  appservice_id: null,
  consent_version: "1.0",
  consent_ts: 1_560_432_507,
  consent_server_notice_sent: null,
  displayname: "Alice",
  avatar_url: "mxc://example.test/avatar",
  threepids: [{ medium: "email", address: "alice@example.test", validated_at: 1, added_at: 2 }],
  external_ids: [],
  erased: false,
  last_seen_ts: 1,
};
const NO_USER: readonly [number, unknown] = [404, { errcode: "M_NOT_FOUND", error: "User not found" }];
const BOTH = {
  [`GET ${USERS}/%40alice%3Aexample.test`]: [200, ALICE],
  [`GET ${USERS}/%40bob%3Aexample.test`]: NO_USER,
} as const;
const ASKED_BOTH = [`ADMIN GET ${USERS}/%40alice%3Aexample.test`, `ADMIN GET ${USERS}/%40bob%3Aexample.test`];

/** What each of three answers: a user that is there, one that is not, one of another server, who is not asked for. */
const threeTimes = (method: string) =>
  `return [await api.${method}("@alice:example.test"), await api.${method}("@bob:example.test"), await api.${method}("@carol:other")]`;

/** Rows about users: what the administrator reads, and what is done as the user. */
export const USER_ROWS: Readonly<Record<string, Trial>> = {
  get_userinfo_by_id: {
    run: `
from synapse.types import UserInfo
found, *others = [await api.get_userinfo_by_id(f"@{name}") for name in ("alice:example.test", "bob:example.test", "carol:other")]
return [isinstance(found, UserInfo), found.user_id.to_string(), {**{name: getattr(found, name) for name in
    ("is_admin", "is_deactivated", "is_guest", "is_shadow_banned", "approved", "locked", "suspended", "user_type", "creation_ts",
     "appservice_id", "consent_version", "consent_ts", "consent_server_notice_sent")}}, others]`,
    script: BOTH,
    asked: ASKED_BOTH,
    returns: [
      true,
      "@alice:example.test",
      {
        is_admin: true,
        is_deactivated: false,
        is_guest: false,
        is_shadow_banned: false,
        approved: true,
        locked: false,
        suspended: true,
        user_type: "bot",
        creation_ts: 1_560_432_506,
        appservice_id: null,
        consent_version: "1.0",
        consent_ts: 1_560_432_507,
        consent_server_notice_sent: null,
      },
      [null, null],
    ],
  },
  is_user_admin: { run: threeTimes("is_user_admin"), script: BOTH, asked: ASKED_BOTH, returns: [true, false, false] },
  get_threepids_for_user: {
    run: threeTimes("get_threepids_for_user"),
    script: BOTH,
    asked: ASKED_BOTH,
    returns: [ALICE.threepids, [], []],
  },
  get_profile_for_user: {
    run: `
from synapse.module_api import ProfileInfo
found, missing = await api.get_profile_for_user("alice"), await api.get_profile_for_user("bob")
return [found == ProfileInfo(avatar_url="mxc://example.test/avatar", display_name="Alice"), missing == ProfileInfo(None, None)]`,
    script: BOTH,
    asked: ASKED_BOTH,
    returns: [true, true],
  },
  check_user_exists: {
    run: `
from twisted.internet.defer import Deferred
asked = api.check_user_exists("@Alice:example.test")
return [isinstance(asked, Deferred), await asked, await api.check_user_exists("@alice:example.test"),
    await api.check_user_exists("@_ob:example.test"), await api.check_user_exists("@carol:other")]`,
    script: {
      ...BOTH,
      [`GET ${USERS}/%40Alice%3Aexample.test`]: NO_USER,
      [`GET ${USERS}/%40_ob%3Aexample.test`]: NO_USER,
      [`GET ${USERS}?user_id=%40Alice%3Aexample.test&guests=true&deactivated=true&locked=true&limit=100`]: [
        200,
        { users: [{ name: "@malice:example.test" }, { name: "@alice:example.test" }], total: 2 },
      ],
      // The homeserver takes the underscore for any character.
      [`GET ${USERS}?user_id=%40_ob%3Aexample.test&guests=true&deactivated=true&locked=true&limit=100`]: [
        200,
        { users: [{ name: "@bob:example.test" }], total: 1 },
      ],
    },
    returns: [true, "@alice:example.test", "@alice:example.test", null, null],
  },
  check_username: {
    run: `
from synapse.api.errors import SynapseError
free = await api.check_username("carol")
try: await api.check_username("alice")
except SynapseError as error: return [free, error.code, error.errcode, error.msg]`,
    script: {
      "GET /_synapse/admin/v1/username_available?username=carol": [200, { available: true }],
      "GET /_synapse/admin/v1/username_available?username=alice": [400, { errcode: "M_USER_IN_USE", error: "Taken" }],
    },
    asked: [
      "ADMIN GET /_synapse/admin/v1/username_available?username=carol",
      "ADMIN GET /_synapse/admin/v1/username_available?username=alice",
    ],
    returns: [null, 400, "M_USER_IN_USE", "Taken"],
  },
  get_user_ip_and_agents: {
    run: `
from synapse.module_api import UserIpAndAgent
seen = await api.get_user_ip_and_agents("@alice:example.test", 50)
return [seen == [UserIpAndAgent(ip="192.0.2.1", user_agent="a client", last_seen=100)], await api.get_user_ip_and_agents("@carol:other")]`,
    script: {
      "GET /_synapse/admin/v1/whois/%40alice%3Aexample.test": [
        200,
        {
          user_id: "@alice:example.test",
          devices: {
            "": {
              sessions: [
                {
                  connections: [
                    { ip: "192.0.2.1", user_agent: "a client", last_seen: 100 },
                    { ip: "192.0.2.2", user_agent: "another", last_seen: 49 },
                  ],
                },
              ],
            },
          },
        },
      ],
    },
    asked: ["ADMIN GET /_synapse/admin/v1/whois/%40alice%3Aexample.test"],
    returns: [true, []],
  },
  set_displayname: {
    run: `
from synapse.types import UserID
return await api.set_displayname(UserID.from_string("@bob:example.test"), "Bob é")`,
    script: {
      "PUT /_matrix/client/v3/profile/%40bob%3Aexample.test/displayname?user_id=%40bob%3Aexample.test": [200, {}],
    },
    asked: [
      'APPSERVICE PUT /_matrix/client/v3/profile/%40bob%3Aexample.test/displayname?user_id=%40bob%3Aexample.test {"displayname":"Bob é"}',
    ],
    returns: null,
  },
  invalidate_access_token: {
    run: `
from synapse.module_api.errors import InvalidClientCredentialsError
from twisted.internet.defer import Deferred
ended = api.invalidate_access_token("${AS}")
return [isinstance(ended, Deferred), await ended]`,
    script: { "POST /_matrix/client/v3/logout": [200, {}] },
    asked: [`${AS} POST /_matrix/client/v3/logout {}`],
    returns: [true, null],
  },
  account_data_manager: {
    run: `
from synapse.module_api import AccountDataManager
return isinstance(api.account_data_manager, AccountDataManager)`,
    returns: true,
  },
  "account_data_manager.get_global": {
    run: `
manager = api.account_data_manager
found = await manager.get_global("@bob:example.test", "org.example/type")
refused = []
for change in (lambda: found.__setitem__("n", 1), lambda: found["list"].append(1)):
    try: change()
    except (TypeError, AttributeError): refused.append(True)
try: await manager.get_global("@carol:other", "m.x")
except ValueError as error: refused.append(str(error))
return [found["n"] == 2 ** 60, found["list"], await manager.get_global("@bob:example.test", "m.none"), refused]`,
    script: {
      "GET /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/org.example%2Ftype?user_id=%40bob%3Aexample.test":
        [200, '{"n": 1152921504606846976, "list": [1.0]}'],
      "GET /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/m.none?user_id=%40bob%3Aexample.test": [
        404,
        { errcode: "M_NOT_FOUND", error: "Account data not found" },
      ],
    },
    asked: [
      "APPSERVICE GET /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/org.example%2Ftype?user_id=%40bob%3Aexample.test",
      "APPSERVICE GET /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/m.none?user_id=%40bob%3Aexample.test",
    ],
    returns: [
      true,
      [1],
      null,
      [true, true, "@carol:other is a user of another server, whose account data is not here"],
    ],
  },
  "account_data_manager.put_global": {
    run: `
manager = api.account_data_manager
await manager.put_global("@bob:example.test", "m.x", {"n": 2 ** 60, "f": 1.0})
refused = []
for arguments in (("@bob:example.test", 1, {}), ("@bob:example.test", "m.x", []), ("@carol:other", "m.x", {}), ("@nobody:example.test", "m.x", {})):
    try: await manager.put_global(*arguments)
    except (TypeError, ValueError) as error: refused.append(f"{type(error).__name__}: {error}")
return refused`,
    script: {
      "PUT /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/m.x?user_id=%40bob%3Aexample.test": [200, {}],
      "PUT /_matrix/client/v3/user/%40nobody%3Aexample.test/account_data/m.x?user_id=%40nobody%3Aexample.test": [
        403,
        { errcode: "M_FORBIDDEN", error: "Application service has not registered this user" },
      ],
      [`GET ${USERS}/%40nobody%3Aexample.test`]: NO_USER,
    },
    asked: [
      'APPSERVICE PUT /_matrix/client/v3/user/%40bob%3Aexample.test/account_data/m.x?user_id=%40bob%3Aexample.test {"n": 1152921504606846976, "f": 1.0}',
      "APPSERVICE PUT /_matrix/client/v3/user/%40nobody%3Aexample.test/account_data/m.x?user_id=%40nobody%3Aexample.test {}",
      `ADMIN GET ${USERS}/%40nobody%3Aexample.test`,
    ],
    returns: [
      "TypeError: data_type is a int, not a str",
      "TypeError: new_data is a list, not a dict",
      "ValueError: @carol:other is a user of another server, whose account data is not here",
      "ValueError: There is no user @nobody:example.test on this server",
    ],
  },
};
