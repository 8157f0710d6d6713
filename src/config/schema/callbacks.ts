import { z } from "zod";
import { field, group, timerDuration } from "./fields.ts";
import { DURATION_FORM } from "../forms/units.ts";

const UNAVAILABLE_FORM = "refuse or skip";

const onUnavailable = field(z.enum(["refuse", "skip"], { error: UNAVAILABLE_FORM }).prefault("refuse"), {
  form: UNAVAILABLE_FORM,
  description:
    "What happens to a request whose module cannot be asked: it is answered 503 (`refuse`), or treated as if the module were not there (`skip`).",
});

/** The settings of each callback, by Synapse's names. */
export const callbacksSchema = group({
  get_media_config_for_user: describeCallback(decision("30s")),
  is_user_allowed_to_upload_media_of_size: describeCallback(decision("30s")),
  get_media_upload_limits_for_user: describeCallback(decision("30s")),
  on_media_upload_limit_exceeded: describeCallback(notification()),
  check_media_file_for_spam: describeCallback(decision("300s")),
  on_media_uploaded: describeCallback(notification()),
  on_media_deleted: describeCallback(notification()),
});

/** The callbacks that have settings. */
export type CallbackName = keyof z.infer<typeof callbacksSchema>;

/** A callback whose answer decides something. */
function decision(deadline: string) {
  return group({ deadline: deadlineField(deadline), on_unavailable: onUnavailable }).prefault({});
}

/** One that is told about something: where its module cannot be asked it is skipped and counted. */
function notification() {
  return group({ deadline: deadlineField("30s") }).prefault({});
}

function deadlineField(deadline: string) {
  return field(timerDuration().prefault(deadline), {
    form: DURATION_FORM,
    description: "How long each module may take to answer.",
  });
}

function describeCallback<Schema extends z.ZodType>(schema: Schema): Schema {
  return field(schema, { form: "a mapping", description: "Settings of this callback." });
}
