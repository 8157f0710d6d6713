import { SERVER_NAME } from "../support/folder.ts";
import type { Draw } from "./draw.ts";
import type { Family, Life, Question, World } from "./family.ts";
import { ADMIN, BRIDGED, Users } from "./users.ts";

/** Bodies up to this are sent; larger ones are announced. */
const MAX_SENT_BYTES = 6000;
const LARGE = 2n ** 53n + 1n;
const MAX_UPLOAD_T = 8000n;
/** Around what JavaScript, C and SQLite can count, and far beyond. */
const HUGE = [
  2n ** 31n,
  2n ** 32n,
  MAX_UPLOAD_T * 2n ** 40n,
  2n ** 53n,
  LARGE,
  2n ** 63n,
  2n ** 64n,
  10n ** 30n,
].flatMap((n) => [n - 1n, n, n + 1n]);
const PERIODS = ["1h", "90s", "1d", "30d", 86_400_000, 5_400_001];
/** Each of these rules is for users of its own. */
const LISTED = 40;

interface Limit {
  readonly max_size: number | bigint | string;
  readonly time_period: number | string;
}

interface Rule {
  readonly users?: readonly string[];
  readonly max_size?: number | bigint | string;
  readonly limits?: readonly Limit[] | null;
  readonly [key: string]: unknown;
}

/** Rules of sizes and quotas: every number of the configuration, one less, one more, reached in one upload or several. */
export const uploadRules: Family = {
  name: "upload-rules",
  folder: "upload-rules",
  python: "upload_rules.UploadRules",
  typescript: "upload-rules.ts",
  open: (draw, index) => Promise.resolve(openWorld(draw, index)),
};

function openWorld(draw: Draw, index: number): World {
  const users = new Users(draw);
  const groups = makeRules(draw, users, index);
  const ofEveryone = { max_size: draw.integer(1, 3000), time_period: "1d" };
  // Used up by no life twice.
  const waiting = groups.flatMap(({ rule }) => (rule.users ?? []).map((userId) => ({ userId, rule })));
  return {
    config: { help: "https://example.test/hilfe?ü", rules: groups.map(({ rule }) => rule) },
    settings: { media_upload_limits: [ofEveryone], max_upload_size: `${MAX_UPLOAD_T}T` },
    life() {
      const listed = draw.chance(0.5) ? waiting.splice(draw.integer(0, waiting.length - 1), 1)[0] : undefined;
      const { rule, prefix } = draw.pick(groups.filter((group) => group.prefix !== undefined));
      const { userId, rule: own } = listed ?? { userId: users.next(prefix === "" ? undefined : prefix), rule };
      const limits = own.limits ?? [ofEveryone];
      return makeLife(draw, userId, [own.max_size, ...limits.map((limit) => limit.max_size)].map(toBytes));
    },
    close() {},
  };
}

/** `prefix` of the users whom a rule is for, where it lists none: "" for any other user. */
function makeRules(draw: Draw, users: Users, index: number): { readonly rule: Rule; readonly prefix?: string }[] {
  const size = () => draw.integer(0, 2500);
  const limit = (): Limit => ({ max_size: draw.integer(1, 5000), time_period: draw.pick(PERIODS) });
  const listed = () => Array.from({ length: LISTED }, () => users.next());
  const hour = { max_size: size(), time_period: "1h" };
  return [
    { rule: { users: listed(), max_size: size(), limits: [limit(), limit()] } },
    { rule: { users: listed(), max_size: `${draw.integer(1, 4)}K`, limits: [hour, { ...hour, max_size: "1K" }] } },
    { rule: { users: listed(), max_size: LARGE, limits: [{ max_size: LARGE, time_period: "1d" }] } },
    { rule: { users: listed(), max_size: 0, limits: null } },
    { rule: { users: listed(), limits: [limit(), limit(), limit()] } },
    { rule: { admins: true, limits: [] }, prefix: ADMIN },
    { rule: { appservices: true, max_size: size() }, prefix: BRIDGED },
    index % 2 === 0
      ? { rule: { servers: ["other.test"], max_size: 1 }, prefix: "" }
      : { rule: { servers: ["other.test", SERVER_NAME], max_size: size(), limits: [limit()] }, prefix: "" },
  ];
}

function toBytes(size: Rule["max_size"] = 50n * 1024n * 1024n): bigint {
  if (typeof size !== "string") return BigInt(size);
  return BigInt(size.replace("K", "")) * 1024n;
}

/** Uploads that add up to a border, one byte less or one more; then some at borders. The last may be of any size. */
function makeLife(draw: Draw, userId: string, borders: readonly bigint[]): Life {
  const near = () => draw.pick([...borders, 0n]) + BigInt(draw.integer(-1, 1));
  const parts = draw.integer(1, 4);
  const sum = Number(near() % BigInt(MAX_SENT_BYTES));
  const sizes = Array.from({ length: parts }, (_part, index) =>
    index === parts - 1 ? sum - Math.floor(sum / parts) * (parts - 1) : Math.floor(sum / parts),
  );
  sizes.push(...Array.from({ length: draw.integer(1, 4) }, () => Number(near() % BigInt(MAX_SENT_BYTES))));
  const life: Question[] = [{ kind: "config", userId }];
  for (const size of sizes) {
    const content = Buffer.alloc(Math.max(0, size));
    life.push({ kind: "upload", userId, content, isChunked: draw.chance(0.1) });
  }
  // The service may notice only later that the body of this one will never come.
  const last = draw.chance(0.5) ? draw.pick(HUGE) : near();
  if (last > 0n) life.push({ kind: "upload", userId, announced: last });
  return life;
}
