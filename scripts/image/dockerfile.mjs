// Reads a Dockerfile: the instructions that the project's own uses, and no others.

const KNOWN = new Set("FROM RUN COPY ENV WORKDIR USER EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split(" "));

/** Those of HEALTHCHECK are the engine's; a test does not wait. */
const KNOWN_FLAGS = new Set(["from", "interval", "timeout", "start-period"]);

/** @typedef {{keyword: string, flags: Record<string, string>, rest: string, line: number}} Instruction */

/**
 * The instructions in order. Throws for one that is not known here: nothing of a Dockerfile is passed over.
 * @param {string} text
 * @returns {Instruction[]}
 */
export function parseDockerfile(text) {
  return joinLines(text).map(({ content, line }) => {
    const [, keyword = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(content) ?? [];
    if (!KNOWN.has(keyword)) throw new Error(`Dockerfile, line ${line}: the instruction is not known here: ${content}`);
    return { keyword, line, ...splitFlags(rest, line) };
  });
}

/**
 * The value of an instruction in its JSON form, which runs without a shell.
 * @param {Instruction} instruction
 * @returns {string[]}
 */
export function readCommand({ keyword, rest, line }) {
  const json = keyword === "HEALTHCHECK" ? rest.replace(/^CMD\s+/, "") : rest;
  if (!json.startsWith("[")) throw new Error(`Dockerfile, line ${line}: only the JSON form is known here: ${rest}`);
  return JSON.parse(json);
}

/**
 * Lines that end with a backslash are continued; comments may lie between.
 * @param {string} text
 */
function joinLines(text) {
  /** @type {{content: string, line: number}[]} */
  const joined = [];
  let isContinued = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) continue;
    const last = joined.at(-1);
    const piece = content.replace(/\\$/, "");
    if (isContinued && last !== undefined) last.content += piece;
    else joined.push({ content: piece, line: index + 1 });
    isContinued = content.endsWith("\\");
  }
  return joined;
}

/** @param {string} text @param {number} line */
function splitFlags(text, line) {
  /** @type {Record<string, string>} */
  const flags = {};
  let rest = text.trim();
  for (let match; (match = /^--([a-z-]+)=(\S+)\s+/.exec(rest)); rest = rest.slice(match[0].length)) {
    const [, name = "", value = ""] = match;
    if (!KNOWN_FLAGS.has(name)) throw new Error(`Dockerfile, line ${line}: the flag is not known here: --${name}`);
    flags[name] = value;
  }
  return { flags, rest };
}
