/** A line that begins with `{%` or `{#`, or a value that is `{{`, which YAML reads differently. */
const TEMPLATE = /^\s*\{[%#]|[:-]\s+\{\{/;

/** The first line (from 1) on which a text looks like a Jinja template, as those of Synapse's container image do. */
export function findTemplateLine(text: string): number | undefined {
  const index = text.split("\n").findIndex((line) => TEMPLATE.test(line));
  return index === -1 ? undefined : index + 1;
}
