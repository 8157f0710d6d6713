import { toVisibleText } from "../../util/log/visible-text.ts";

/**
 * A text as lines of `//`, which nothing in it can end: characters at which JavaScript ends a line, and those that an
 * editor would show in another order, are written as escapes.
 */
export function toComment(text: string, indent: string): string {
  const lines = toVisibleText(text.replaceAll("\r\n", "\n")).trimEnd().split("\n");
  return lines.map((line) => `${indent}//${line === "" ? "" : ` ${line}`}`.trimEnd()).join("\n");
}
