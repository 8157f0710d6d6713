import type { Config, PythonModuleConfig, PythonProviderConfig } from "../../../config/config.ts";

/** A planned Python child: the modules in it, and how it is run. */
export interface PlannedChild {
  /** `shared`, or the class that it is for, with `#2` and so on for further children of the same class. */
  readonly name: string;
  readonly entries: readonly PythonModuleConfig[];
  readonly storageProviders: readonly PythonProviderConfig[];
  /** Undefined: the environment that the service makes. */
  readonly executable: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly maxMemoryBytes: number | undefined;
}

interface Group {
  /** The class of its first module or provider. */
  readonly module: string;
  readonly entries: PythonModuleConfig[];
  readonly storageProviders: PythonProviderConfig[];
}

/** The name of the child of all modules that the configuration does not set apart. */
export const SHARED = "shared";

/** The Python children of a configuration, in the order of their modules. */
export function planPythonChildren({ modules, storageProviders, mediaBridge: { python } }: Config): PlannedChild[] {
  const groups = new Map<string, Group>();
  const groupOf = (module: string) => {
    const isApart = python.isolation === "module" || Object.hasOwn(python.overrides, module);
    const name = isApart ? nameFor(module, groups) : SHARED;
    const group = groups.get(name) ?? { module, entries: [], storageProviders: [] };
    groups.set(name, group);
    return group;
  };
  for (const entry of modules) if (entry.language === "python") groupOf(entry.module).entries.push(entry);
  for (const entry of storageProviders)
    if (entry.language === "python") groupOf(entry.module).storageProviders.push(entry);
  return [...groups].map(([name, { module, ...group }]) => {
    const override = name === SHARED ? undefined : python.overrides[module];
    return {
      name,
      ...group,
      executable: override?.executable ?? python.executable,
      environment: { ...python.environment, ...override?.environment },
      maxMemoryBytes: override?.maxMemoryBytes ?? python.maxMemoryBytes,
    };
  });
}

function nameFor(module: string, taken: ReadonlyMap<string, unknown>): string {
  let name = module;
  for (let nth = 2; taken.has(name); nth += 1) name = `${module}#${nth}`;
  return name;
}
