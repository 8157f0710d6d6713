import { RemoteError } from "../bridge/errors.ts";
import { StartError } from "../errors.ts";

const PHASES: Record<string, string> = {
  import: "cannot be imported",
  parse_config: "refuses its configuration",
  construct: "cannot be constructed",
};

const MISSING_PACKAGE =
  " (name what has to be installed in media_bridge.python.requirements, or its folder in media_bridge.python.path)";

/** A Python module as messages name it. */
export interface NamedModule {
  readonly index: number;
  readonly name: string;
  /** Where it stands in the configuration, if that is not the list of modules. */
  readonly key?: string | undefined;
}

/**
 * What ended a start, for the operator: which module, in which phase, with Python's own words. `loading` are the modules
 * that the child was at work on; they are to blame where it is gone.
 */
export function describePythonStart(error: unknown, loading: readonly NamedModule[]): StartError {
  if (error instanceof StartError) return error;
  const reason = (error as Error).message;
  if (error instanceof RemoteError && error.module !== undefined) {
    const module = loading.find(({ index }) => index === error.module) ?? { index: error.module, name: "unknown" };
    const problem = PHASES[error.phase ?? ""] ?? "cannot be loaded";
    const traceback = error.remoteTraceback ? `\n${error.remoteTraceback.trimEnd()}` : "";
    const remedy = error.type === "ModuleNotFoundError" ? MISSING_PACKAGE : "";
    const message = `${describeModule(module)} ${problem}: ${error.type}: ${reason}${remedy}${traceback}`;
    return new StartError("MODULE", message, { cause: error });
  }
  // The child says what its interpreter lacks for this configuration.
  if (error instanceof RemoteError && error.kind === "environment") {
    return new StartError("PYTHON", reason, { cause: error });
  }
  const [first, ...others] = loading;
  if (first === undefined) {
    // What its interpreter lacks the child words itself, for the operator.
    const lack = /^media-bridge: (.+)$/m.exec(reason)?.[1];
    if (lack !== undefined) return new StartError("PYTHON", lack, { cause: error });
    return new StartError("PYTHON", `the Python child cannot be started: ${reason}`, { cause: error });
  }
  const blamed =
    others.length === 0 ? describeModule(first) : `one of the modules ${loading.map(({ name }) => name).join(", ")}`;
  return new StartError("MODULE", `${blamed} ended the Python child while it was loaded: ${reason}`, { cause: error });
}

function describeModule({ index, name, key }: NamedModule): string {
  return `${key ?? `module ${index + 1}`} (module: ${name})`;
}
