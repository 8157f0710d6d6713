import { RemoteError } from "../../bridge/errors.ts";
import { StartError } from "../../errors.ts";
import { hideInThrown } from "../hiding/hidden-errors.ts";
import { hideValues } from "../hiding/hidden-values.ts";
import type { PythonEntry } from "./python-slots.ts";

const PHASES: Record<string, string> = {
  import: "cannot be imported",
  parse_config: "refuses its configuration",
  construct: "cannot be constructed",
};

/** An error that ends a start because modules cannot be loaded. */
export class ModuleLoadError extends StartError {
  override readonly name: string = "ModuleLoadError";
  /** Indexes of the modules, and storage providers, that cannot be loaded. */
  readonly failed: readonly number[];

  constructor(message: string, failed: readonly number[], options: { cause?: unknown } = {}) {
    super("MODULE", message, options);
    this.failed = failed;
  }
}

/**
 * The error that ended a start, for the operator: which modules, in which phase, with Python's own words.
 *
 * @param loading those that the child was working on: they are to blame where the child is gone
 * @param namedExecutable the interpreter that the operator named, into which nothing is installed; undefined for the
 * service's own environment
 */
export function describePythonStart(
  error: unknown,
  loading: readonly PythonEntry[],
  namedExecutable: string | undefined,
): StartError {
  if (error instanceof StartError) return error;
  const reason = (error as Error).message;
  if (error instanceof RemoteError && error.module !== undefined) {
    const failures = [error, ...error.also];
    const lines = failures.map((failure) => describeFailure(failure, loading, namedExecutable));
    const failed = failures.flatMap(({ module }) => module ?? []);
    return new ModuleLoadError(lines.join("\n"), failed, { cause: error });
  }
  // The child says what its interpreter lacks for this configuration.
  if (error instanceof RemoteError && error.kind === "environment") {
    return new StartError("PYTHON", reason, { cause: error });
  }
  const [first, ...others] = loading;
  if (first === undefined) {
    // The child itself words what its interpreter lacks, for the operator.
    const lack = /^media-bridge: (.+)$/m.exec(reason)?.[1];
    if (lack !== undefined) return new StartError("PYTHON", lack, { cause: error });
    return new StartError("PYTHON", `the Python child cannot be started: ${reason}`, { cause: error });
  }
  // The child's last words are what a module printed. The child has checked everything else itself.
  const config = loading.map(({ configJson }) => valuesIn(configJson));
  const ended = `ended the Python child while it was loaded: ${hideValues(reason, config)}`;
  const cause = hideInThrown(error, config);
  if (others.length === 0) return new ModuleLoadError(`${describeModule(first)} ${ended}`, [first.index], { cause });
  const names = loading.map(({ module }) => module).join(", ");
  return new StartError("MODULE", `one of the modules ${names} ${ended}`, { cause });
}

/** The configuration, or its texts where JavaScript cannot read it: Python's JSON has `NaN` and the like. */
function valuesIn(configJson: string): unknown {
  try {
    return JSON.parse(configJson);
  } catch {
    return (configJson.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((literal): unknown => JSON.parse(literal));
  }
}

/** The errors that ended the starts of several children, as one. */
export function joinStartErrors(errors: readonly unknown[]): unknown {
  const [first] = errors;
  const failures = errors.filter((error) => error instanceof ModuleLoadError);
  if (failures.length < 2 || failures.length < errors.length) return first;
  const message = failures.map((error) => error.message).join("\n");
  return new ModuleLoadError(
    message,
    failures.flatMap(({ failed }) => failed),
    { cause: first },
  );
}

function describeFailure(error: RemoteError, loading: readonly PythonEntry[], executable: string | undefined): string {
  const module = loading.find(({ index }) => index === error.module) ?? {
    index: error.module ?? -1,
    module: "unknown",
  };
  const problem = PHASES[error.phase ?? ""] ?? "cannot be loaded";
  const traceback = error.remoteTraceback ? `\n${error.remoteTraceback.trimEnd()}` : "";
  return `${describeModule(module)} ${problem}: ${error.type}: ${error.message}${findRemedy(error, executable)}${traceback}`;
}

function findRemedy({ type, hint }: RemoteError, executable: string | undefined): string {
  if (hint !== undefined) return ` (${hint})`;
  if (type !== "ModuleNotFoundError") return "";
  // The requirements in media_bridge.python.requirements are not installed into an operator's interpreter.
  const install =
    executable === undefined
      ? "name what has to be installed in media_bridge.python.requirements"
      : `install the package that has it: ${executable} -m pip install …`;
  return ` (${install}, or name its folder in media_bridge.python.path)`;
}

function describeModule({ index, module, key }: Pick<PythonEntry, "index" | "module" | "key">): string {
  return `${key ?? `module ${index + 1}`} (module: ${module})`;
}
