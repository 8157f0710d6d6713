import { RemoteError } from "../bridge/errors.ts";
import { StartError } from "../errors.ts";

const PHASES: Record<string, string> = {
  import: "cannot be imported",
  parse_config: "refuses its configuration",
  construct: "cannot be constructed",
};

/** A Python module as messages name it. */
export interface NamedModule {
  readonly index: number;
  readonly name: string;
}

/**
 * What ended a start, for the operator: which module, in which phase, with Python's own words. `loading` are the modules
 * that the child was at work on; they are to blame where it is gone.
 */
export function describePythonStart(error: unknown, loading: readonly NamedModule[]): StartError {
  if (error instanceof StartError) return error;
  const reason = (error as Error).message;
  if (error instanceof RemoteError && error.module !== undefined) {
    const name = loading.find(({ index }) => index === error.module)?.name ?? "unknown";
    const problem = PHASES[error.phase ?? ""] ?? "cannot be loaded";
    const traceback = error.remoteTraceback ? `\n${error.remoteTraceback.trimEnd()}` : "";
    const message = `module ${error.module + 1} (module: ${name}) ${problem}: ${error.type}: ${reason}${traceback}`;
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
    others.length === 0
      ? `module ${first.index + 1} (module: ${first.name})`
      : `one of the modules ${loading.map(({ name }) => name).join(", ")}`;
  return new StartError("MODULE", `${blamed} ended the Python child while it was loaded: ${reason}`, { cause: error });
}
