import { z } from "zod";
import { count, COUNT_FORM, field, group, leastOne, LEAST_ONE_FORM, size, text, timerDuration } from "./fields.ts";
import { isPythonClass } from "../forms/python-class.ts";
import { DURATION_FORM, SIZE_FORM } from "../forms/units.ts";

const PATH_FORM = "a path, relative to the file that names it";
const ENVIRONMENT_FORM = "a mapping of names to text";
/** The modules' own runtime needs about 60 MiB. */
const LEAST_MEMORY_BYTES = 128 * 1024 * 1024;
const MEMORY_FORM = `${SIZE_FORM}, at least 128M`;

const ISOLATION_FORM = "shared or module";
const CLASS_FORM = "the dotted path of a Python class that the configuration names";

const environment = z.record(
  z.string().regex(/^[^=\0]+$/, { error: "a variable's name" }),
  z.string({ error: "text" }),
  { error: ENVIRONMENT_FORM },
);
const maxMemory = size().refine((bytes) => bytes >= LEAST_MEMORY_BYTES, { error: MEMORY_FORM });

/** What holds for one class, in a child of its own. */
const overrideSchema = group({
  executable: field(text("a path or a command").optional(), {
    form: "as `python.executable`",
    description: "The interpreter of this class's own child.",
    fallback: "as for all",
  }),
  environment: field(environment.prefault({}), {
    form: ENVIRONMENT_FORM,
    description: "Environment variables for this child, added to those for all.",
  }),
  max_memory: field(maxMemory.optional(), {
    form: MEMORY_FORM,
    description: "Resident memory past which this child is ended and started again.",
    fallback: "as for all",
  }),
});

/** `media_bridge.python`: how Python modules are run. */
export const pythonSchema = group({
  isolation: field(z.enum(["shared", "module"], { error: ISOLATION_FORM }).prefault("shared"), {
    form: ISOLATION_FORM,
    description:
      "Whether all Python modules and storage providers share one child process, or each has one of its own, so that a module that leaks, blocks or crashes harms only itself.",
  }),
  overrides: field(
    z
      .record(text(CLASS_FORM).refine(isPythonClass, { error: CLASS_FORM }), overrideSchema, {
        error: "a mapping of classes",
      })
      .prefault({}),
    {
      form: "a mapping of classes",
      description:
        "Modules and storage providers that get a child of their own, whatever `isolation` says, and the settings of that child.",
    },
  ),
  executable: field(text("a path or a command").optional(), {
    form: "a path that holds a /, relative to the file that names it, or a command",
    description: "The interpreter of an existing environment, into which nothing is installed.",
    fallback: "an environment of the service's own below `data_path`",
  }),
  path: field(z.array(text("a path"), { error: "a list of paths" }).prefault([]), {
    form: "a list of paths, each relative to the file that names it",
    description: "Folders for `sys.path`, where Python modules are found.",
  }),
  requirements: field(text("a path").optional(), {
    form: PATH_FORM,
    description:
      "A requirements file for pip, installed into the service's own environment beside the service's requirements.",
  }),
  environment: field(environment.prefault({}), {
    form: ENVIRONMENT_FORM,
    description: "Environment variables for Python, added to the service's own.",
  }),
  max_memory: field(maxMemory.optional(), {
    form: MEMORY_FORM,
    description:
      "Resident memory past which a child is ended and started again; code that asks for twice as much at once gets a `MemoryError`.",
    fallback: "no limit",
  }),
  blocked_after: field(timerDuration().prefault("60s"), {
    form: DURATION_FORM,
    description:
      "A child is killed when a module has blocked it for this time and no callback is under way, or past the longest deadline of the callbacks that are.",
  }),
  max_in_flight: field(leastOne().prefault(100), {
    form: LEAST_ONE_FORM,
    description: "How many calls of callbacks a child works on at a time; further calls wait, and users take turns.",
  }),
  max_queued: field(count().prefault(1000), {
    form: COUNT_FORM,
    description:
      "How many calls may wait for a child; past that, requests are answered 503 at once, those of the user with the most waiting calls first.",
  }),
  max_wait: field(timerDuration().prefault(750), {
    form: DURATION_FORM,
    description:
      "How long a request may wait for its turn before it is answered 503. An upload whose bytes have arrived waits as long as its callback may take.",
  }),
  web_max_wait: field(timerDuration().prefault("10s"), {
    form: DURATION_FORM,
    description:
      "How long a request to a web resource waits for one of 32 connections to a child before it is answered 503.",
  }),
});
