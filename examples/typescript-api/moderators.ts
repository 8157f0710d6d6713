import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Large files are for administrators of the homeserver; a room is told of every other user who tries. */
export default defineModule({
  name: "moderators",
  configSchema: z.strictObject({ large_bytes: z.int().positive(), room_id: z.string(), sender: z.string() }),
  setup(api, { large_bytes: largeBytes, room_id: roomId, sender }) {
    const tell = (body: string) =>
      api.homeserver.sendEvent({
        roomId,
        type: "m.room.message",
        sender: api.getQualifiedUserId(sender),
        content: { msgtype: "m.notice", body },
      });

    api.registerMediaRepositoryCallbacks({
      async isUserAllowedToUploadMediaOfSize(userId, sizeBytes) {
        if (sizeBytes <= largeBytes || (await api.homeserver.isUserAdmin(userId))) return true;
        // Not awaited: the client is refused at once.
        api.runAsBackgroundProcess("tell_moderators", () => tell(`${userId} tried to upload ${sizeBytes} bytes`));
        return false;
      },
    });
  },
});
