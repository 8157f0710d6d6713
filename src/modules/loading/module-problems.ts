import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { describeLeftOut } from "./left-out.ts";
import type { LoadedModules } from "../load.ts";

/**
 * What an operator should know of modules that are loaded, a line each: callbacks that do not fit, and what is left
 * out.
 */
export function listModuleProblems({ modules, registry }: Pick<LoadedModules, "modules" | "registry">): string[] {
  const leftOut = modules.flatMap((module) => {
    const said = describeLeftOut(module);
    return said === undefined ? [] : [`warning: ${module.name} ${said}`];
  });
  const misfits = (Object.keys(KINDS) as KindName[]).flatMap((kind) =>
    registry
      .slots(kind)
      .flatMap(({ module, name, misfit }) =>
        misfit === undefined ? [] : [`problem: ${kind}: ${module.name} ${name} does not fit: ${misfit}`],
      ),
  );
  return [...leftOut, ...misfits];
}
