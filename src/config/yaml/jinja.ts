/** A line that begins with `{%` or `{#`, or a value that is `{{`, which YAML reads otherwise. */
const TEMPLATE = /^\s*\{[%#]|[:-]\s+\{\{/;

/** The line, from 1, on which a text looks like a template of Jinja's, as those of Synapse's container image do. */
export function findTemplateLine(text: string): number | undefined {
  const index = text.split("\n").findIndex((line) => TEMPLATE.test(line));
  return index === -1 ? undefined : index + 1;
}
