import type { KindName } from "../../callbacks/kinds.ts";

/** In which callbacks a candidate differs from the original, in words; undefined where it does not. */
export function describeDifference(original: readonly KindName[], candidate: readonly KindName[]): string | undefined {
  const lacks = original.filter((kind) => !candidate.includes(kind));
  const adds = candidate.filter((kind) => !original.includes(kind));
  const parts = [
    ...(lacks.length === 0 ? [] : [`does not register ${lacks.join(", ")}, which the module registers`]),
    ...(adds.length === 0 ? [] : [`registers ${adds.join(", ")}, which the module does not register`]),
  ];
  return parts.length === 0 ? undefined : parts.join(", and ");
}
