import { readFileSync } from "node:fs";

/** What a guide has its reader do: write a file, or run commands, which may have a name. */
export type GuideStep =
  | { readonly kind: "write"; readonly file: string; readonly text: string }
  | { readonly kind: "run"; readonly name: string | undefined; readonly commands: readonly string[] };

const STEP = /<!-- (?<kind>write|run)(?: (?<name>\S+))? -->\n```\w+\n(?<code>[^]*?)```/g;

/** The steps of a document of the project, in their order: its blocks of code behind `write FILE` and `run` comments. */
export function readGuide(document: string): GuideStep[] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
  return [...text.matchAll(STEP)].map(({ groups }): GuideStep => {
    const { kind, name, code = "" } = groups ?? {};
    if (kind === "write") return { kind, file: name ?? "", text: code };
    return { kind: "run", name, commands: code.trim().split("\n") };
  });
}
