import { z } from "zod";
import { field, group, timerDuration, url } from "./fields.ts";
import { DURATION_FORM } from "../forms/units.ts";

const URL_FORM = "an http or https URL without credentials, query and fragment";
const CONNECTIONS_FORM = "a whole number, 2 or more";
const MODE_FORM = "guard or fallback";

/** A Synapse that continues to keep media: `media_bridge.upstream`. */
export const upstreamSchema = group({
  url: field(
    url(URL_FORM, ["http:", "https:"]).refine((href) => !/[?#]/.test(href), { error: URL_FORM }),
    { form: URL_FORM, description: "A Synapse with its media repository on, as this service reaches it." },
  ),
  mode: field(z.enum(["guard", "fallback"], { error: MODE_FORM }).prefault("guard"), {
    form: MODE_FORM,
    description:
      "`guard`: Synapse keeps all media, this service decides over uploads and forwards those that are allowed. `fallback`: this service keeps media, and asks Synapse for media that it does not have.",
  }),
  connect_timeout: field(timerDuration().prefault("10s"), {
    form: DURATION_FORM,
    description: "How long to wait for a free connection, and then for it to be established.",
  }),
  max_connections: field(z.int({ error: CONNECTIONS_FORM }).min(2, { error: CONNECTIONS_FORM }).prefault(100), {
    form: CONNECTIONS_FORM,
    description:
      "How many connections to Synapse there may be at a time, half of them for uploads alone. A request that finds no free connection waits for `connect_timeout`, and is then answered 503.",
  }),
  timeout: field(timerDuration().prefault("120s"), {
    form: DURATION_FORM,
    description:
      "How long Synapse may make no progress: not answer a request that was sent, not continue an answer, not take more of a body.",
  }),
});
