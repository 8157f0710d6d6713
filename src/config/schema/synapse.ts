import { z } from "zod";
import {
  count,
  COUNT_FORM,
  duration,
  enforcement,
  ENFORCEMENT_FORM,
  exactlyOne,
  field,
  flag,
  FLAG_FORM,
  size,
  text,
  url,
} from "./fields.ts";
import { isServerName } from "../forms/matrix-names.ts";
import { isPythonClass } from "../forms/python-class.ts";
import { jobsShape } from "./media/jobs.ts";
import { ShadowSchema } from "./shadow.ts";
import { storageProvidersSchema } from "./media/storage-providers.ts";
import { thumbnailsShape } from "./media/thumbnails.ts";
import { DURATION_FORM, SIZE_FORM } from "../forms/units.ts";

const SERVER_NAME_FORM = "a Matrix server name (such as example.com or example.com:8448)";
const BASE_URL_FORM = "an http or https URL without query and fragment";
const RATE_FORM = "a number, 0 or more";
const INFO_URI_FORM = "an absolute URI";
const SPAM_CHECKER_FORM = "a mapping with a module, or a list of them";
const PYTHON_CLASS_FORM = "the dotted path of a Python class (such as my_package.MyModule)";

/** One limit of `media_upload_limits`. As Synapse does, keys that it does not know are let through. */
const MediaUploadLimitSchema = z.object(
  {
    max_size: field(size(), { form: SIZE_FORM, description: "How much a user may upload within `time_period`." }),
    time_period: field(duration(), {
      form: DURATION_FORM,
      description: "The sliding period over which uploads are counted.",
    }),
    // An empty one is as good as none, as in a module's limit.
    info_uri: field(
      z.preprocess((uri) => (uri === "" ? null : uri), url(INFO_URI_FORM).nullable().optional()),
      {
        form: INFO_URI_FORM,
        description: "Where a refused user is sent to read more.",
        fallback: "a page of the service below `public_baseurl`",
      },
    ),
    can_upgrade: field(flag().prefault(false), {
      form: FLAG_FORM,
      description: "Whether clients are told that another plan allows more.",
    }),
  },
  { error: "a mapping with max_size and time_period" },
);

/** A rate limit. As Synapse does, keys that it does not know are let through. */
const RateLimitSchema = z.object(
  {
    per_second: field(z.number({ error: RATE_FORM }).min(0, { error: RATE_FORM }).prefault(10), {
      form: RATE_FORM,
      description: "How many a second in the long run.",
    }),
    burst_count: field(count().prefault(50), { form: COUNT_FORM, description: "How many at once." }),
  },
  { error: "a mapping" },
);

const moduleShape = {
  module: field(text(PYTHON_CLASS_FORM).refine(isPythonClass, { error: PYTHON_CLASS_FORM }).optional(), {
    form: PYTHON_CLASS_FORM,
    description: "A Python module, as in Synapse.",
  }),
  typescript: field(text("a path or a package name").optional(), {
    form: "a path that begins with ./, ../ or /, or a package name",
    description:
      "A TypeScript or JavaScript module, in place of `module`. A path is relative to the file that names it; a package is looked for from that file's folder.",
  }),
  config: field(z.unknown().optional(), {
    form: "anything that the module accepts",
    description:
      "The module's own configuration. It reaches a Python module as Synapse's YAML reads it, including dates and keys that are not text; a TypeScript module gets timestamps as ISO 8601 text, and its keys must be text.",
    fallback: "`{}`",
  }),
  enforce: enforceField(),
  shadow: field(ShadowSchema.optional(), {
    form: "a mapping with either module or typescript",
    description: "A module that is to replace this one, asked the same on live traffic and compared: docs/shadow.md.",
  }),
};

/** Synapse takes no notice of the key: what it says holds here alone. */
function enforceField() {
  return field(enforcement().optional(), {
    form: ENFORCEMENT_FORM,
    description: "Whether what this module would refuse is refused, or only reported (docs/report-only.md).",
    fallback: "what `media_bridge.enforce` says",
  });
}

const MODULE_FORM = "a mapping with either module or typescript";

/** An entry of Synapse's `modules`, where more keys are let through, as Synapse does. */
const ModuleEntrySchema = z
  .object(moduleShape, { error: MODULE_FORM })
  .superRefine(exactlyOne(["module", "typescript"], MODULE_FORM));

/**
 * What `spam_checker` holds: a Python class with callbacks as methods. As Synapse does, keys that it does not know are
 * let through.
 */
const SpamCheckerSchema = z.object(
  {
    module: field(text(PYTHON_CLASS_FORM).refine(isPythonClass, { error: PYTHON_CLASS_FORM }), {
      form: PYTHON_CLASS_FORM,
      description: "A spam checker of Synapse's older kind: its methods are its callbacks.",
    }),
    config: field(z.unknown().optional(), {
      form: "anything that the spam checker accepts",
      description: "The spam checker's own configuration.",
      fallback: "`{}`",
    }),
    enforce: enforceField(),
  },
  { error: SPAM_CHECKER_FORM },
);

const OWN_MODULE_FORM = "a mapping with one of module, typescript and spam_checker";

/** An entry of `media_bridge.modules`. */
export const OwnModuleEntrySchema = z
  .strictObject(
    {
      ...moduleShape,
      spam_checker: field(text(PYTHON_CLASS_FORM).refine(isPythonClass, { error: PYTHON_CLASS_FORM }).optional(), {
        form: PYTHON_CLASS_FORM,
        description: "A spam checker of Synapse's older kind, in place of `module`: its methods are its callbacks.",
      }),
    },
    { error: OWN_MODULE_FORM },
  )
  .superRefine(exactlyOne(["module", "typescript", "spam_checker"], OWN_MODULE_FORM));

export type ModuleEntry = z.infer<typeof OwnModuleEntrySchema>;

/** Synapse's own keys that this service acts on. */
export const synapseShape = {
  server_name: field(text(SERVER_NAME_FORM).refine(isServerName, { error: SERVER_NAME_FORM }), {
    form: SERVER_NAME_FORM,
    description: "The server's name: the end of user ids and the first part of `mxc://` URIs.",
  }),
  public_baseurl: field(
    // As it is written, not normalised: clients are shown it.
    text(BASE_URL_FORM).refine(isBaseUrl, { error: BASE_URL_FORM }).nullable().optional(),
    {
      form: BASE_URL_FORM,
      description: "Where clients reach the homeserver.",
      fallback: "`https://<server_name>/`",
    },
  ),
  media_store_path: field(text("a path").prefault("media_store"), {
    form: "a path, relative to the working directory",
    description: "The folder of media files, in Synapse's layout. It may be a store that Synapse has filled.",
  }),
  max_upload_size: field(size().prefault("50M"), { form: SIZE_FORM, description: "The largest upload." }),
  media_upload_limits: field(z.array(MediaUploadLimitSchema, { error: "a list of limits" }).prefault([]), {
    form: "a list of limits",
    description: "How much each user may upload over time, unless a module says otherwise.",
  }),
  enable_authenticated_media: field(flag().prefault(true), {
    form: FLAG_FORM,
    description: "Whether the endpoints without authentication hide media uploaded from now on.",
  }),
  unused_expiration_time: field(duration().prefault("24h"), {
    form: DURATION_FORM,
    description: "How long a media id that was created may wait for its upload.",
  }),
  max_pending_media_uploads: field(count().prefault(5), {
    form: COUNT_FORM,
    description: "How many media ids without an upload a user may have; with 0 no user can create one.",
  }),
  rc_media_create: field(RateLimitSchema.prefault({}), {
    form: "a mapping",
    description: "How often a user may create media ids.",
  }),
  ...thumbnailsShape,
  ...jobsShape,
  modules: field(z.array(ModuleEntrySchema, { error: "a list of modules" }).nullable().prefault([]), {
    form: "a list of modules",
    description: "The modules, in the order in which they are loaded and asked.",
  }),
  spam_checker: field(
    z
      .union([SpamCheckerSchema, z.array(SpamCheckerSchema), z.custom(isEmptyInPython)], { error: SPAM_CHECKER_FORM })
      .optional(),
    {
      form: SPAM_CHECKER_FORM,
      description: "Spam checkers of Synapse's older kind. They are loaded after `modules`, as in Synapse.",
    },
  ),
  database: field(z.unknown().optional(), {
    form: "a mapping with name and args",
    description:
      "Synapse's own database. With `media_bridge.upstream.mode: guard` modules work on it, unless `media_bridge.homeserver.database` says otherwise.",
  }),
  media_storage_providers: field(storageProvidersSchema, {
    form: "a list of storage providers",
    description: "Python classes that keep copies of media elsewhere, in the order in which they are asked for a file.",
  }),
};

/** Synapse takes whatever Python finds false for a key that is not there. */
function isEmptyInPython(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value;
}

function isBaseUrl(value: string): boolean {
  return /^https?:\/\/[^?#]+$/.test(value) && URL.canParse(value);
}
