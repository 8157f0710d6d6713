/** One metric: its comments and samples, and every name in them. */
export interface Family {
  readonly name: string;
  readonly names: Set<string>;
  readonly comments: string[];
  readonly samples: string[];
}

const COMMENT = /^# (?:HELP|TYPE) (\S+)(?: (histogram|summary)$)?/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?( .*)$/;
const SUFFIXES = ["_bucket", "_sum", "_count"];

/** The metrics of a text in Prometheus' format 0.0.4. */
export function readFamilies(text: string): Family[] {
  const families: Family[] = [];
  for (const line of text.split("\n")) {
    const comment = COMMENT.exec(line);
    const name = comment?.[1] ?? SAMPLE.exec(line)?.[1];
    if (name === undefined) continue;
    let family = families.at(-1);
    if (family === undefined || (comment !== null && family.name !== name)) {
      family = { name, names: new Set(), comments: [], samples: [] };
      families.push(family);
    }
    (comment === null ? family.samples : family.comments).push(line);
    family.names.add(name);
    if (comment?.[2] !== undefined) for (const suffix of SUFFIXES) family.names.add(name + suffix);
  }
  return families;
}

/** The metrics of several texts, each once; a label distinguishes the samples of a named child. */
export function mergeFamilies(
  texts: readonly { readonly child: string | undefined; readonly text: string }[],
  label: string,
): Family[] {
  const merged = new Map<string, Family>();
  for (const { child, text } of texts) {
    for (const family of readFamilies(text)) {
      const known = merged.get(family.name) ?? { ...family, samples: [] };
      merged.set(family.name, known);
      known.samples.push(
        ...(child === undefined ? family.samples : family.samples.map((sample) => addLabel(sample, label, child))),
      );
      for (const name of family.names) known.names.add(name);
    }
  }
  return [...merged.values()];
}

/** A metric as text, without a line break at its end. */
export function renderFamily({ comments, samples }: Family): string {
  return [...comments, ...samples].join("\n");
}

function addLabel(sample: string, label: string, value: string): string {
  return sample.replace(SAMPLE, (_all, name: string, labels: string | undefined, rest: string) => {
    const others = labels ? `,${labels}` : "";
    return `${name}{${label}="${value}"${others}}${rest}`;
  });
}
