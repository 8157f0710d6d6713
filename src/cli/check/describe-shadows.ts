import type { ShadowLook } from "../../server/shadow/look-at-shadows.ts";

/** The shadows of modules: what each is asked, and for whom it decides. */
export function describeShadows(looks: readonly ShadowLook[]): string[] {
  if (looks.length === 0) return [];
  const lines = looks.flatMap(({ shadow, index, candidate, problem }) => {
    const { language } = shadow.candidate;
    const name =
      candidate?.name ??
      (shadow.candidate.language === "python" ? shadow.candidate.module : shadow.candidate.specifier);
    const file = candidate?.file == null ? "" : `, ${candidate.file}`;
    return [
      `shadow of module ${index + 1}: ${name} (${language}${file})`,
      `  asked about ${formatShare(shadow.sample)} of the module's calls, fenced; decides for ${formatShare(shadow.decide)} of the users`,
      ...(problem === undefined ? [] : [`  warning: ${problem}`]),
    ];
  });
  return [...lines, ""];
}

function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(8))}%`;
}
