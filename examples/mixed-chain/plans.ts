import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Users with a plan have the size of their plan. */
export default defineModule({
  name: "plans",
  configSchema: z.strictObject({ plans: z.record(z.string(), z.int().positive()) }),
  setup(api, config) {
    const plans = new Map(Object.entries(config.plans));
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser(userId) {
        const size = plans.get(userId);
        return size === undefined ? undefined : { "m.upload.size": size, "org.example.asked": "plans" };
      },
    });
  },
});
