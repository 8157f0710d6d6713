import { z } from "zod";
import { field, group, timerDuration, url } from "./fields.ts";
import { DURATION_FORM } from "./units.ts";

const URL_FORM = "an http or https URL without credentials, query and fragment";
const MODE_FORM = "guard or fallback";

/** A Synapse that goes on keeping media: `media_bridge.upstream`. */
export const upstreamSchema = group({
  url: field(
    url(URL_FORM, ["http:", "https:"]).refine((href) => !/[?#]/.test(href), { error: URL_FORM }),
    { form: URL_FORM, description: "A Synapse with its media repository on, as this service reaches it." },
  ),
  mode: field(z.enum(["guard", "fallback"], { error: MODE_FORM }).prefault("guard"), {
    form: MODE_FORM,
    description:
      "`guard`: Synapse keeps all media, this service decides over uploads and hands on what is allowed. `fallback`: this service keeps media, and what it does not know is asked of Synapse.",
  }),
  connect_timeout: field(timerDuration().prefault("10s"), {
    form: DURATION_FORM,
    description: "How long to wait for a connection.",
  }),
  timeout: field(timerDuration().prefault("120s"), {
    form: DURATION_FORM,
    description:
      "How long Synapse may do nothing: not answer a request that was sent, not go on with an answer, not take more of a body.",
  }),
});
