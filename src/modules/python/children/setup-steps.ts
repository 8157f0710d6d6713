/** The last step of making a Python environment. */
export const ENVIRONMENT_READY = "the Python environment is ready";

/** What a line of pip's output says of how far it is; undefined for a line that does not say it. */
export function readPipStep(line: string): string | undefined {
  const text = line.trim();
  const packages = /^Installing collected packages: (.+)$/.exec(text)?.[1];
  if (packages !== undefined) return `Installing ${packages.split(",").length} packages`;
  return /^(?:Collecting [^ ]+|Building wheels? for collected packages|Successfully installed.*)/.exec(text)?.[0];
}
