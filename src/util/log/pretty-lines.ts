import { styleText } from "node:util";
import { prettyFactory } from "pino-pretty";
import type { LineFormat } from "./batched-output.ts";
import { describeError } from "./describe-error.ts";
import { describeFacts, type Fact } from "./describe-facts.ts";
import { shortenTracebacks } from "./shorten-traceback.ts";
import { toVisibleText } from "./visible-text.ts";

type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };
type Colour = Parameters<typeof styleText>[0];

const INDENT = "    ";

/**
 * Makes a line for people of a JSON line: time, level, message and facts, and below it what an error says. Nothing else
 * imports this file, nor pino-pretty: a service that writes JSON loads neither.
 */
export function createPrettyFormat(colorize: boolean): LineFormat {
  const formatHead = prettyFactory({
    colorize,
    singleLine: true,
    hideObject: true,
    translateTime: "SYS:HH:MM:ss.l",
    include: "level,time",
  });
  const paint = (colour: Colour, text: string) =>
    colorize ? styleText(colour, text, { validateStream: false }) : text;
  const paintFact = ([name, value]: Fact) => `${paint("gray", `${name}=`)}${colourOf(name, value, paint)}`;
  return (json) => {
    const line = parse(json);
    if (line === undefined) return toVisibleText(json);
    const { level, time } = line;
    const msg = indent(toVisibleText(line.msg ?? ""));
    const facts = describeFacts(line).map(([name, value]): Fact => [toVisibleText(name), toVisibleText(value)]);
    const details = indent(toVisibleText(describeFailure(line)));
    return (
      [`${formatHead({ level, time, msg })} `, ...facts.map(paintFact)].join(" ").trimEnd() +
      (details === "" ? "" : `\n${INDENT}${details}`) +
      "\n"
    );
  };
}

/** What went wrong, as far as the line has it: the error, and Python's traceback. */
function describeFailure({ err, traceback, python }: LogLine): string {
  const trace = traceback ?? (python as { traceback?: unknown } | undefined)?.traceback;
  const texts = typeof trace === "string" ? [shortenTracebacks(trace.trimEnd())] : [];
  // With a traceback the error's own stack is the service's.
  if (texts.length === 0 && err !== undefined) texts.push(describeError(err));
  return texts.join("\n");
}

function colourOf(name: string, value: string, paint: (colour: Colour, text: string) => string): string {
  if (name === "errcode" || name === "code" || (/^status$/.test(name) && value >= "400")) {
    return paint(value.startsWith("5") ? "red" : "yellow", value);
  }
  return value;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll("\n", `\n${INDENT}`);
}

function parse(json: string): LogLine | undefined {
  try {
    return JSON.parse(json) as LogLine;
  } catch {
    return undefined;
  }
}
