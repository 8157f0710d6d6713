import { z } from "zod";
import { callbacksSchema } from "./callbacks.ts";
import { DatabaseSchema } from "./database.ts";
import {
  count,
  COUNT_FORM,
  duration,
  enforcement,
  ENFORCEMENT_FORM,
  field,
  flag,
  FLAG_FORM,
  group,
  text,
  timerDuration,
  url,
} from "./fields.ts";
import { JobsSchema } from "./media/jobs.ts";
import { listenSchema } from "./listen.ts";
import { LogSchema } from "./log.ts";
import { metricsSchema } from "./metrics.ts";
import { RateLimitsSchema } from "./media/rate-limits.ts";
import { RecordSchema } from "./record.ts";
import { storageProviderCallsSchema } from "./media/storage-providers.ts";
import { pythonSchema } from "./python.ts";
import { OwnModuleEntrySchema } from "./synapse.ts";
import { FORMERLY_UNSUPPORTED_KEYS, UNSUPPORTED_SYNAPSE_KEYS } from "../keys/synapse-keys.ts";
import { upstreamSchema } from "./upstream.ts";
import { DURATION_FORM } from "../forms/units.ts";

const PATH_FORM = "a path, relative to the file that names it";
const HOMESERVER_URL_FORM = "an http or https URL without credentials, query and fragment";
const HOMESERVER_DATABASE_FORM = "own, or a mapping with name and args";
const DURABILITY_FORM = "full or relaxed";

const ACKNOWLEDGE_FORM = "a list of Synapse's keys that cause a warning";
const ACKNOWLEDGED_FORM = "one of Synapse's keys that cause a warning (docs/configuration.md)";
const acknowledged = text(ACKNOWLEDGED_FORM).refine(
  (key) => UNSUPPORTED_SYNAPSE_KEYS.has(key) || FORMERLY_UNSUPPORTED_KEYS.has(key),
  {
    error: ACKNOWLEDGED_FORM,
    params: { found: "another name" },
  },
);

const homeserverSchema = group({
  url: field(
    url(HOMESERVER_URL_FORM, ["http:", "https:"]).refine((href) => !/[?#]/.test(href), { error: HOMESERVER_URL_FORM }),
    { form: HOMESERVER_URL_FORM, description: "The homeserver that says which user a token belongs to." },
  ),
  cache_for: field(timerDuration(0).prefault("30s"), {
    form: DURATION_FORM,
    description: "How long its answer is remembered.",
  }),
  grace: field(timerDuration(0).prefault("5m"), {
    form: DURATION_FORM,
    description:
      "How much longer a user that it named stays known while it answers neither that question nor `/versions`.",
  }),
  negative_cache_for: field(timerDuration(0).prefault("5s"), {
    form: DURATION_FORM,
    description: "How long a refused token is remembered.",
  }),
  timeout: field(timerDuration().prefault("10s"), {
    form: DURATION_FORM,
    description: "How long to wait for its answer; a request without one is answered 503.",
  }),
  admin_token_file: field(text("a path").optional(), {
    form: PATH_FORM,
    description: "A file with an administrator's access token, with which modules read: docs/homeserver.md.",
  }),
  appservice_token_file: field(text("a path").optional(), {
    form: PATH_FORM,
    description: "A file with the `as_token` of an application service, with which modules act as users.",
  }),
  call_timeout: field(timerDuration().prefault("30s"), {
    form: DURATION_FORM,
    description: "How long a request of a module to the homeserver may take.",
  }),
  database: field(
    z
      .union([z.literal("own", { error: HOMESERVER_DATABASE_FORM }), DatabaseSchema], {
        error: HOMESERVER_DATABASE_FORM,
      })
      .optional(),
    {
      form: HOMESERVER_DATABASE_FORM,
      description:
        "Which database modules work on (docs/database.md): the homeserver's, in the shape of Synapse's `database:`, or `own`, the service's own, where uploads are counted.",
      fallback: "with `upstream.mode: guard` Synapse's `database`; otherwise modules that can use one ask for it",
    },
  ),
});

const UPLOAD_GROUP = group({
  idle_timeout: field(timerDuration().prefault("60s"), {
    form: DURATION_FORM,
    description: "An upload is aborted after this long without data.",
  }),
});

const DOWNLOAD_GROUP = group({
  idle_timeout: field(timerDuration().prefault("60s"), {
    form: DURATION_FORM,
    description: "An answer is aborted, on every route, after this long in which its client takes no data.",
  }),
});

const REFUSALS_GROUP = group({
  keep_for: field(duration().prefault("7d"), {
    form: DURATION_FORM,
    description: "How long a refusal is kept; 0 keeps none.",
  }),
  max_rows: field(count().prefault(100_000), {
    form: COUNT_FORM,
    description: "How many refusals are kept; past that the oldest go. 0 keeps none.",
  }),
});

/** Everything of the service's own: the mapping under `media_bridge`. */
export const MediaBridgeSchema = group({
  modules: field(z.array(OwnModuleEntrySchema, { error: "a list of modules" }).optional(), {
    form: "a list of modules",
    description:
      "Used in place of the top-level `modules` and `spam_checker` when given: Synapse refuses `typescript` entries in its own files.",
  }),
  enforce: field(enforcement().prefault("enforce"), {
    form: ENFORCEMENT_FORM,
    description:
      "Whether what modules and `media_upload_limits` would refuse is refused, or only counted, logged and kept (`report`): docs/report-only.md. `max_upload_size` is always enforced.",
  }),
  acknowledge: field(z.array(acknowledged, { error: ACKNOWLEDGE_FORM }).prefault([]), {
    form: ACKNOWLEDGE_FORM,
    description: "Keys that you know to have an effect in Synapse and none here: the service does not warn about them.",
  }),
  listen: field(listenSchema.prefault({}), { form: "a mapping", description: "Where clients connect." }),
  homeserver: field(homeserverSchema.optional(), {
    form: "a mapping",
    description: "The homeserver that checks access tokens. Either this or `tokens_file` is required.",
  }),
  tokens_file: field(text("a path").optional(), {
    form: PATH_FORM,
    description:
      "A YAML file of access tokens, each with `user_id` and, where it applies, `admin: true` or `guest: true`.",
  }),
  data_path: field(text("a path").prefault("./data"), {
    form: PATH_FORM,
    description: "The folder of the Python environment and of the service's other files.",
  }),
  database: field(
    group({
      path: field(text("a path").optional(), {
        form: PATH_FORM,
        description: "The SQLite file.",
        fallback: "media.db below `data_path`",
      }),
    }).prefault({}),
    { form: "a mapping", description: "Where rows about media are kept." },
  ),
  durability: field(z.enum(["full", "relaxed"], { error: DURABILITY_FORM }).prefault("full"), {
    form: DURABILITY_FORM,
    description:
      "Whether an answered upload survives a loss of power (`full`). With `relaxed` a loss of power may take the last seconds. A crash of the service loses nothing in either case (docs/durability.md).",
  }),
  python: field(pythonSchema.prefault({}), { form: "a mapping", description: "How Python modules are run." }),
  callbacks: field(callbacksSchema.prefault({}), {
    form: "a mapping",
    description: "Settings of single callbacks of modules.",
  }),
  storage_providers: field(storageProviderCallsSchema.prefault({}), {
    form: "a mapping",
    description: "How the providers of `media_storage_providers` are asked.",
  }),
  metrics: field(metricsSchema.optional(), {
    form: "a mapping",
    description: "Where Prometheus reads metrics, and where the status page is. Without this key, neither is served.",
  }),
  refusals: field(REFUSALS_GROUP.prefault({}), {
    form: "a mapping",
    description: "What is kept of refused uploads, with the user's id: `media-bridge refusals` reads it.",
  }),
  record: field(RecordSchema.optional(), {
    form: "a mapping",
    description:
      "Records what modules are asked and say, with user ids as they are, for `media-bridge replay`: docs/recordings.md.",
  }),
  jobs: field(JobsSchema.prefault({}), {
    form: "a mapping",
    description: "Work that repeats besides what Synapse's keys say: docs/jobs.md.",
  }),
  rate_limits: field(RateLimitsSchema.prefault({}), {
    form: "a mapping",
    description:
      "How often each user may upload and download. Past that, the answer is 429 with `Retry-After`. Application services are exempt where they are known.",
  }),
  log: field(LogSchema.prefault({}), { form: "a mapping", description: "What is logged." }),
  upload: field(UPLOAD_GROUP.prefault({}), { form: "a mapping", description: "How uploads are received." }),
  download: field(DOWNLOAD_GROUP.prefault({}), { form: "a mapping", description: "How answers are sent." }),
  upstream: field(upstreamSchema.optional(), {
    form: "a mapping",
    description: "A Synapse that keeps media, with this service in front of it.",
  }),
  run_background_tasks: field(flag().optional(), {
    form: FLAG_FORM,
    description: "Whether modules run their background tasks here (`ModuleApi.should_run_background_tasks`).",
    fallback: "true without a `homeserver`, else false",
  }),
  worker_name: field(text("text").prefault("media_bridge"), {
    form: "text",
    description: "The name of this process that modules see (`ModuleApi.worker_name`).",
  }),
  shutdown_grace: field(timerDuration(0).prefault("30s"), {
    form: DURATION_FORM,
    description:
      "How long requests under way may take once the service was told to stop; those that remain are answered 503, and the exit status is 3.",
  }),
}).refine(({ homeserver, tokens_file }) => (homeserver === undefined) !== (tokens_file === undefined), {
  error: "exactly one of homeserver and tokens_file",
  params: { found: "none of them, or both" },
});

export type MediaBridgeSettings = z.infer<typeof MediaBridgeSchema>;
