import { z } from "zod";
import { exactlyOne, field, flag, FLAG_FORM, group, text, timerDuration } from "../fields.ts";
import { isPythonClass } from "../../forms/python-class.ts";
import { DURATION_FORM } from "../../forms/units.ts";

/** Synapse's own provider, by the names that its configuration allows for it. */
const FILE_SYSTEM_NAMES: ReadonlySet<string> = new Set(["file_system", "synapse.rest.media.v1.storage_provider"]);
const FILE_SYSTEM_CLASS = "synapse.media.storage_provider.FileStorageProviderBackend";

const CLASS_FORM = "the dotted path of a Python class (such as my_package.MyStorageProvider), or file_system";
const ENTRY_FORM = "a mapping with either module or typescript";

/** One entry of `media_storage_providers`. As Synapse does, keys that it does not know are let through. */
const StorageProviderEntrySchema = z.object(
  {
    module: field(
      text(CLASS_FORM)
        .refine((name) => FILE_SYSTEM_NAMES.has(name) || isPythonClass(name), { error: CLASS_FORM })
        .transform((name) => (FILE_SYSTEM_NAMES.has(name) ? FILE_SYSTEM_CLASS : name))
        .optional(),
      {
        form: CLASS_FORM,
        description: "The provider's class; `file_system` copies into the folder that `config.directory` names.",
      },
    ),
    typescript: field(text("a path or a package name").optional(), {
      form: "a path that begins with ./, ../ or /, or a package name",
      description:
        "A TypeScript or JavaScript module that registers a provider, in place of `module`; found as an entry of `modules` is. Synapse refuses such an entry.",
    }),
    store_local: field(flag().prefault(false), {
      form: FLAG_FORM,
      description: "Whether it gets what local users upload.",
    }),
    store_remote: field(flag().prefault(false), {
      form: FLAG_FORM,
      description: "Whether it gets media of other servers.",
    }),
    store_synchronous: field(flag().prefault(false), {
      form: FLAG_FORM,
      description:
        "Whether an upload is answered only once the provider has it, and refused where storing fails. Otherwise the file is stored in the background, and tried again until the provider has it.",
    }),
    config: field(z.unknown().optional(), {
      form: "anything that the provider accepts",
      description: "The provider's own configuration.",
      fallback: "`{}`",
    }),
  },
  { error: ENTRY_FORM },
);

const StorageProviderSchema = StorageProviderEntrySchema.superRefine(exactlyOne(["module", "typescript"], ENTRY_FORM));

/** Synapse's `media_storage_providers`. */
export const storageProvidersSchema = z
  .array(StorageProviderSchema, { error: "a list of storage providers" })
  .nullable()
  .prefault([]);

/** `media_bridge.storage_providers`: what Synapse has no keys for. */
export const storageProviderCallsSchema = group({
  store_deadline: field(timerDuration().prefault("10m"), {
    form: DURATION_FORM,
    description: "How long a provider may take to store one file.",
  }),
  fetch_deadline: field(timerDuration().prefault("5m"), {
    form: DURATION_FORM,
    description: "How long a provider may take to give one file back; then the next provider is asked.",
  }),
});
