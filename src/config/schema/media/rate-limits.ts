import { z } from "zod";
import { field, group, LEAST_ONE_FORM, leastOne } from "../fields.ts";

const PER_SECOND_FORM = "a number, more than 0";
const RATE_FORM = "a mapping with per_second and burst_count";

/** A limit that is only there where both of its numbers are. */
function rate(description: string) {
  const schema = group({
    per_second: field(z.number({ error: PER_SECOND_FORM }).positive({ error: PER_SECOND_FORM }), {
      form: PER_SECOND_FORM,
      description: "How many a second in the long run.",
    }),
    burst_count: field(leastOne(), { form: LEAST_ONE_FORM, description: "How many at once." }),
  });
  return field(schema.optional(), { form: RATE_FORM, description, fallback: "without a limit" });
}

/** `media_bridge.rate_limits`. */
export const RateLimitsSchema = group({
  uploads: rate("For uploads of a user, of whatever kind, in front of a Synapse as well."),
  downloads: rate(
    "For downloads and thumbnails of a user; on the routes that ask for no token, of a client's address (`listen.x_forwarded` behind a proxy).",
  ),
});
