import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { DescribedCallback, DescribedModule } from "../../modules/python/described-module.ts";
import { toComment } from "./comment.ts";
import { schemaSource } from "./config-schema.ts";
import { signatureOf } from "./signatures.ts";

/** What of a Python module is written. */
export interface PortedModule {
  /** `a.b.Class`. */
  readonly path: string;
  readonly described: DescribedModule;
  /** Names of callbacks that it registers and this service never fires. */
  readonly unfired: readonly string[];
}

const REGISTER: Record<(typeof KINDS)[KindName]["group"], string> = {
  media_repository: "registerMediaRepositoryCallbacks",
  spam_checker: "registerSpamCheckerCallbacks",
};

/** The name of a TypeScript module for a Python class: `small-files` for `a.b.SmallFiles`. */
export function portedName(path: string): string {
  const words = (path.split(".").at(-1) ?? "").match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? ["module"];
  return words.map((word) => word.toLowerCase()).join("-");
}

/** The message of the error with which a callback fails until it is written. */
export function notPorted(kind: KindName): string {
  return `not ported yet: ${kind}`;
}

/** The beginning of the TypeScript module. Every body throws, so that what it decides about is refused until it is written. */
export function moduleSource({ path, described, unfired }: PortedModule): string {
  const { config, parsed, parse_config: parser, callbacks } = described;
  const imports = [...new Set(callbacks.flatMap(({ kind }) => signatureOf(kind).imports))].toSorted();
  return [
    "/**",
    ` * The beginning of ${safeName(path)} in TypeScript, written by \`media-bridge port\`.`,
    " *",
    " * No logic was translated. Every callback throws until you have written it: what it decides about is refused until then.",
    " * The Python source beside each callback is for you to read, and to remove.",
    " */",
    `import { ${["defineModule", ...imports.map((name) => `type ${name}`)].join(", ")} } from "synapse-media-bridge";`,
    'import { z } from "zod";',
    "",
    "export default defineModule({",
    `  name: ${JSON.stringify(portedName(path))},`,
    "  // A guess from the configured values and from what parse_config makes of them: check every line of it.",
    ...(parser === null ? [] : [toComment(parser, "  ")]),
    `  configSchema: ${schemaSource(config, parsed, "  ")},`,
    "  setup(api, _config) {",
    ...unfiredLines(unfired),
    ...registrations(callbacks),
    "  },",
    "});",
    "",
  ].join("\n");
}

function unfiredLines(unfired: readonly string[]): string[] {
  if (unfired.length === 0) return [];
  const names = unfired.map(safeName).join(", ");
  return [
    toComment(`This service never fires these callbacks, which the Python module registers as well: ${names}.`, "    "),
    toComment("Keep it in the homeserver for them.", "    "),
  ];
}

/** One registration for each group of callbacks; a callback that was registered again is in a further one. */
function registrations(callbacks: readonly DescribedCallback[]): string[] {
  const rounds = new Map<string, DescribedCallback[]>();
  for (const callback of callbacks) {
    const round = `${KINDS[callback.kind].group} ${callback.nth}`;
    rounds.set(round, [...(rounds.get(round) ?? []), callback]);
  }
  if (rounds.size === 0)
    return ["    // The Python module registers no callback that this service fires.", "    void api;"];
  return [...rounds.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const register = REGISTER[KINDS[first.kind].group];
    return [`    api.${register}({`, ...[first, ...rest].flatMap(callbackLines), "    });"];
  });
}

function callbackLines({ kind, name, source }: DescribedCallback): string[] {
  const { name: typescriptName, parameters, answer } = signatureOf(kind);
  return [
    toComment(`${safeName(name)}${source === null ? ", whose Python source cannot be read" : ":"}`, "      "),
    ...(source === null ? [] : [toComment(source, "      ")]),
    `      async ${typescriptName}(${parameters.join(", ")}): Promise<${answer}> {`,
    `        throw new Error(${JSON.stringify(notPorted(kind))});`,
    "      },",
  ];
}

/** A name as Python has it, without what could end a comment. */
function safeName(name: string): string {
  return name.replaceAll(/[^\w.<>-]/gu, "?");
}
