const FENCE = /^(?<fence>```+|~~~+)[^\n]*\n[^]*?^\k<fence>[^\S\n]*$/gm;

/** Targets of links and images of a document, but for those to other servers; what is code has none. */
export function findLinks(text: string): string[] {
  const prose = text.replaceAll(FENCE, "").replaceAll(/`[^`\n]+`/g, "code");
  const inline = [...prose.matchAll(/\]\((?<target>[^()\s]+(?:\([^()]*\))?)(?:\s+"[^"]*")?\)/g)];
  const referenced = [...prose.matchAll(/^\[[^\]]+\]:\s+(?<target>\S+)/gm)];
  return [...inline, ...referenced].flatMap(({ groups }) => {
    const target = groups?.["target"] ?? "";
    return /^(?:[a-z]+:|\/\/)/.test(target) ? [] : [target];
  });
}

/** Anchors of a document: of its headings, as GitHub makes them, and of its own `<a id="…">`. */
export function findHeadings(text: string): string[] {
  const prose = text.replaceAll(FENCE, "");
  const seen = new Map<string, number>();
  const headings = [...prose.matchAll(/^#{1,6}\s+(?<title>.+?)\s*#*$/gm)].map(({ groups }) => {
    const anchor = (groups?.["title"] ?? "")
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  const own = [...prose.matchAll(/<a (?:id|name)="(?<id>[^"]+)">/g)].map(({ groups }) => groups?.["id"] ?? "");
  return [...headings, ...own];
}
