import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Greets the user who asks, by their user ID. */
export default defineModule({
  name: "greeting",
  configSchema: z.strictObject({ greeting: z.string().min(1) }),
  setup(api, config) {
    api.registerWebResource("/_synapse/client/org.example.greeting", async (request, response) => {
      const { userId } = await api.getUserByRequest(request, { allowGuest: true });
      response.setHeader("Content-Type", "application/json");
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.end(JSON.stringify({ greeting: `${config.greeting}, ${userId}`, path: request.url }));
    });
  },
});
