import { z } from "zod";
import { isPythonClass } from "../forms/python-class.ts";
import { exactlyOne, field, flag, FLAG_FORM, group, percentage, PERCENTAGE_FORM, text } from "./fields.ts";

const CLASS_FORM = "the dotted path of a Python class (such as my_package.MyModule)";
const SHADOW_FORM = "a mapping with either module or typescript";

/** The `shadow` of a module: another module, which is asked the same. */
export const ShadowSchema = group({
  module: field(text(CLASS_FORM).refine(isPythonClass, { error: CLASS_FORM }).optional(), {
    form: CLASS_FORM,
    description: "A Python module as the candidate.",
  }),
  typescript: field(text("a path or a package name").optional(), {
    form: "a path that begins with ./, ../ or /, or a package name",
    description: "A TypeScript or JavaScript module as the candidate, in place of `module`.",
  }),
  config: field(z.unknown().optional(), {
    form: "anything that the candidate accepts",
    description: "The candidate's own configuration.",
    fallback: "the module's `config`",
  }),
  sample: field(percentage().prefault("100%"), {
    form: PERCENTAGE_FORM,
    description: "The share of the module's calls about which the candidate is asked as well.",
  }),
  decide: field(percentage().prefault("0%"), {
    form: PERCENTAGE_FORM,
    description:
      "The share of users for whom the candidate decides, and the module is asked as well. Above 0% the candidate runs as any other module does, with its effects.",
  }),
  required: field(flag().prefault(false), {
    form: FLAG_FORM,
    description: "Whether a candidate that cannot be loaded ends the start.",
  }),
  ignore: field(text("a path").optional(), {
    form: "a path, relative to the file that names it",
    description: "A TypeScript file whose default export says which differences do not count (docs/parity.md).",
  }),
}).superRefine(exactlyOne(["module", "typescript"], SHADOW_FORM));

export type ShadowEntry = z.infer<typeof ShadowSchema>;
