import { open } from "node:fs/promises";
import { allow, defineModule, MatrixError, type MediaUploadLimit } from "synapse-media-bridge";
import { z } from "zod";

const DAY_MS = 86_400_000;
const NEW_FOR_DAYS = 30;
const NEWCOMER: MediaUploadLimit = { maxBytes: 5_000_000, timePeriodMs: DAY_MS };
const STAFF: MediaUploadLimit = { maxBytes: 1_000_000_000, timePeriodMs: DAY_MS };
const IMAGES = ["\x89PNG", "\xff\xd8\xff", "GIF8"];

/** New accounts upload only images, and little; staff upload much. A refusal has a link. */
export default defineModule({
  name: "newcomer-rules",
  configSchema: z.strictObject({ staff: z.array(z.string()), help: z.url() }),
  setup(api, { staff, help }) {
    const isStaff = (userId: string) => staff.includes(userId);
    const isNewcomer = async (userId: string) => {
      if (isStaff(userId)) return false;
      const user = await api.homeserver.getUser(userId);
      return user !== undefined && Date.now() - user.createdAtMs < NEW_FOR_DAYS * DAY_MS;
    };
    const refusal = (message: string) => new MatrixError(403, "M_FORBIDDEN", message, { fields: { info_uri: help } });

    api.registerMediaRepositoryCallbacks({
      async getMediaUploadLimitsForUser(userId) {
        if (isStaff(userId)) return [STAFF];
        return (await isNewcomer(userId)) ? [NEWCOMER] : undefined;
      },
      onMediaUploadLimitExceeded(_userId, { maxBytes }, sentBytes) {
        throw refusal(`You may upload ${Math.max(0, Number(maxBytes) - sentBytes)} more bytes today`);
      },
    });
    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file, _info, { upload }) {
        if (upload === undefined || !(await isNewcomer(upload.userId))) return allow;
        const start = await readStart(file.path);
        if (IMAGES.some((image) => start.startsWith(image))) return allow;
        throw refusal("New accounts may upload images only");
      },
    });
  },
});

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
