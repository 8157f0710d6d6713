import { defineModule, MatrixError, type MediaUploadLimit } from "synapse-media-bridge";
import { z } from "zod";

const SIZE_UNITS = new Map(Object.entries({ K: 2n ** 10n, M: 2n ** 20n, G: 2n ** 30n, T: 2n ** 40n }));
const DAY_MS = 24 * 60 * 60 * 1000;
const PERIOD_UNITS = new Map(
  Object.entries({ s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS }),
);
const WORDS_MS = Object.entries({ day: DAY_MS, hour: 3_600_000, second: 1000 });

/** Bytes, or a text such as `10M`. A size beyond 2^53 is a bigint. */
const SizeSchema = z.union([
  z.int(),
  z.bigint(),
  z
    .string()
    .regex(/^-?\d+[KMGT]?$/)
    .transform((text) => toExact(BigInt(text.replace(/[KMGT]$/, "")) * (SIZE_UNITS.get(text.slice(-1)) ?? 1n))),
]);

/** Milliseconds, or a text such as `30d`. */
const PeriodSchema = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d+[smhdwy]?$/)
    .transform((text) => Number.parseInt(text, 10) * (PERIOD_UNITS.get(text.slice(-1)) ?? 1)),
]);

const LimitSchema = z
  .strictObject({ max_size: SizeSchema, time_period: PeriodSchema })
  .transform((limit): MediaUploadLimit => ({ maxBytes: limit.max_size, timePeriodMs: limit.time_period }));

/** A rule without users holds for all of them. The next module decides what a rule does not mention. */
const RuleSchema = z.strictObject({
  users: z.array(z.string()).default([]),
  servers: z.array(z.string()).default([]),
  admins: z.boolean().default(false),
  appservices: z.boolean().default(false),
  max_size: SizeSchema.optional(),
  limits: z.array(LimitSchema).nullish(),
});

type Rule = z.output<typeof RuleSchema>;

/** The first rule that is for a user says how much the user may upload. */
export default defineModule({
  name: "upload-rules",
  configSchema: z.object({ help: z.string(), rules: z.array(RuleSchema) }),
  setup(api, { help, rules }) {
    const isOfAppservice = async (userId: string) => (await api.homeserver.getUser(userId))?.appserviceId !== undefined;

    async function findRule(userId: string): Promise<Rule | undefined> {
      const server = serverOf(userId);
      for (const rule of rules) {
        if (isForEveryone(rule) || rule.users.includes(userId) || rule.servers.includes(server)) return rule;
        if (rule.admins && (await api.homeserver.isUserAdmin(userId))) return rule;
        if (rule.appservices && (await isOfAppservice(userId))) return rule;
      }
      return undefined;
    }

    api.registerMediaRepositoryCallbacks({
      async getMediaConfigForUser(userId) {
        const size = (await findRule(userId))?.max_size;
        return size === undefined ? undefined : { "m.upload.size": size, "org.example.help": help };
      },
      async isUserAllowedToUploadMediaOfSize(userId, sizeBytes) {
        const size = (await findRule(userId))?.max_size;
        return size === undefined || sizeBytes <= size;
      },
      async getMediaUploadLimitsForUser(userId) {
        return (await findRule(userId))?.limits;
      },
      async onMediaUploadLimitExceeded(userId, limit, sentBytes, attemptedBytes) {
        const limits = (await findRule(userId))?.limits ?? [];
        // Otherwise the limit is not one of ours, and neither are its words.
        if (limits.length === 0) return;
        const left = bytesLeft(limit, sentBytes);
        // In the order of their names, in which the members of an answer of Python's are sent.
        throw new MatrixError(
          403,
          "ORG.EXAMPLE_UPLOADS_USED_UP",
          `You may upload ${left} more bytes within ${describePeriod(Number(limit.timePeriodMs))}`,
          { fields: { info_uri: help, "org.example.attempted": attemptedBytes, "org.example.left": left } },
        );
      },
    });
  },
});

function isForEveryone({ users, servers, admins, appservices }: Rule): boolean {
  return users.length === 0 && servers.length === 0 && !admins && !appservices;
}

/** What follows the first colon of a user id. */
function serverOf(userId: string): string {
  const colon = userId.indexOf(":");
  return colon === -1 ? "" : userId.slice(colon + 1);
}

/** In Python every integer is exact; here a limit beyond 2^53 is a bigint, and so is what is left of it. */
function bytesLeft({ maxBytes }: MediaUploadLimit, sentBytes: number): number | bigint {
  const left = typeof maxBytes === "bigint" ? toExact(maxBytes - BigInt(sentBytes)) : maxBytes - sentBytes;
  return left < 0 ? 0 : left;
}

function toExact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function describePeriod(periodMs: number): string {
  for (const [unit, unitMs] of WORDS_MS) {
    if (periodMs % unitMs !== 0) continue;
    const count = periodMs / unitMs;
    return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
  }
  return `${periodMs} ms`;
}
