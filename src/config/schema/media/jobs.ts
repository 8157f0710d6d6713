import { z } from "zod";
import { duration, field, flag, FLAG_FORM, group, text } from "../fields.ts";
import { DURATION_FORM } from "../../forms/units.ts";

/** As Synapse does, keys that it does not know are let through. */
const MediaRetentionSchema = z.object(
  {
    local_media_lifetime: field(duration().nullable().optional(), {
      form: DURATION_FORM,
      description:
        "Local media that was not read for this long, or was never read and is this old, is deleted, but for what is protected, quarantined or shown by profiles (docs/jobs.md).",
      fallback: "local media stays",
    }),
    remote_media_lifetime: field(duration().nullable().optional(), {
      form: DURATION_FORM,
      description: "Has no effect: this service keeps no media of other servers.",
    }),
  },
  { error: "a mapping" },
);

/** Synapse's keys about work that repeats. */
export const jobsShape = {
  media_retention: field(MediaRetentionSchema.nullable().optional(), {
    form: "a mapping",
    description:
      "How long media is kept. `media_bridge.acknowledge: [media_retention]` leaves that to another program.",
  }),
  media_instance_running_background_jobs: field(text("text").nullable().optional(), {
    form: "text",
    description:
      "The `worker_name` of the one process that runs jobs about media. Where it names another than `media_bridge.worker_name`, none runs here by itself.",
  }),
};

/** `media_bridge.jobs`. */
export const JobsSchema = group({
  keep_profiles: field(flag().prefault(true), {
    form: FLAG_FORM,
    description:
      "Whether `media_retention` keeps what profiles of users and rooms show. It is known from `homeserver.database`, or else by `homeserver.admin_token_file`; one of them is required then.",
  }),
  old_thumbnails_after: field(duration().optional(), {
    form: DURATION_FORM,
    description: "Thumbnails of media that was not read for this long are removed; they are made again when needed.",
    fallback: "thumbnails stay as long as their media",
  }),
});
