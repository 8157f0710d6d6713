/**
 * A Python module. `configJson` is JSON text in the form of docs/bridge-protocol.md: exact integers, floats that stay
 * floats, `NaN`.
 */
export interface PythonModuleConfig {
  /** Its place in the order of all modules, from 0. */
  readonly index: number;
  readonly language: "python";
  /** The dotted path of its class. */
  readonly module: string;
  readonly configJson: string;
  /** The key that names it, such as `spam_checker[0]`, where that is not the list of modules. */
  readonly key?: string;
  /** Whether it is of Synapse's older kind, whose methods are its callbacks. */
  readonly isLegacySpamChecker?: boolean;
  /** Whether what it decides is only reported; absent: it is enforced. */
  readonly isReportOnly?: boolean;
  readonly shadow?: ShadowConfig;
}

/** A TypeScript or JavaScript module. `config` is plain data; integers beyond 2^53 are `bigint`. */
export interface TypeScriptModuleConfig {
  /** Its place in the order of all modules, from 0. */
  readonly index: number;
  readonly language: "typescript";
  /** An absolute path, or the name of a package. */
  readonly specifier: string;
  /** The absolute folder to resolve a package from. */
  readonly from: string;
  readonly config: unknown;
  /** Whether what it decides is only reported; absent: it is enforced. */
  readonly isReportOnly?: boolean;
  /** The key that names it, where that is not the list of modules. */
  readonly key?: string;
  readonly shadow?: ShadowConfig;
}

/** A module that is asked the same as another one. Shares are from 0 to 1. */
export interface ShadowConfig {
  /** Has the index of the module that it shadows. */
  readonly candidate: ModuleConfig;
  /** The share of the calls about which it is asked. */
  readonly sample: number;
  /** The share of the users for whom it decides. */
  readonly decide: number;
  readonly required: boolean;
  /** A file that says which differences do not count, absolute. */
  readonly ignore: string | undefined;
}

/** What a storage provider gets, in either language. */
export interface ProviderChoices {
  /** Where it is in the configuration: `media_storage_providers[0]`. */
  readonly key: string;
  readonly storeLocal: boolean;
  readonly storeRemote: boolean;
  readonly storeSynchronous: boolean;
}

/** A storage provider in Python: a class that keeps copies of media elsewhere. */
export interface PythonProviderConfig extends PythonModuleConfig, ProviderChoices {
  readonly key: string;
  /** Its class, with `#2` and so on where one class is listed again: the same at each start. */
  readonly name: string;
}

/** A storage provider in TypeScript: a module that registers it. */
export interface TypeScriptProviderConfig extends TypeScriptModuleConfig, ProviderChoices {
  readonly key: string;
}

export type StorageProviderConfig = PythonProviderConfig | TypeScriptProviderConfig;

export type ModuleConfig = PythonModuleConfig | TypeScriptModuleConfig;
