import type { YamlScalar } from "./yaml-node.ts";

// The forms of YAML 1.1 as PyYAML's safe loader knows them; for example, `y`, `1e3` and `0o17` are text there.
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const NULL = /^(?:~|null|Null|NULL|)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT =
  /^[-+]?(?:0b[0-1_]*[01][0-1_]*|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const TIMESTAMP =
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?:(?:[Tt]|[ \t]+)(?<hour>\d\d?):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d*))?(?:[ \t]*(?<zone>Z|[-+]\d\d?(?::\d\d)?))?)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * The meaning of an unquoted scalar of YAML 1.1. Undefined for a timestamp that does not exist (the 31st of February),
 * which Python refuses to read.
 */
export function resolvePlainScalar(text: string): YamlScalar | undefined {
  if (NULL.test(text)) return { kind: "null" };
  if (BOOL.test(text)) return { kind: "bool", value: TRUE.test(text) };
  if (FLOAT.test(text)) return { kind: "float", value: readFloat(text) };
  if (INT.test(text)) return { kind: "int", value: readInt(text) };
  const parts = TIMESTAMP.exec(text)?.groups;
  if (parts === undefined || (parts["hour"] === undefined && !DATE.test(text))) return { kind: "str", value: text };
  const value = formatTimestamp(parts);
  return value === undefined ? undefined : { kind: "timestamp", value };
}

/**
 * A scalar with a tag of its own (`!!int`, in full `tag:yaml.org,2002:int`); undefined where the two do not go
 * together.
 */
export function resolveTaggedScalar(tag: string, text: string): YamlScalar | undefined {
  if (tag.endsWith(":str")) return { kind: "str", value: text };
  const scalar = resolvePlainScalar(text);
  const kind = tag.slice(tag.lastIndexOf(":") + 1);
  if (scalar?.kind === "int" && kind === "float") return { kind: "float", value: Number(scalar.value) };
  return scalar?.kind === kind ? scalar : undefined;
}

function readFloat(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "").toLowerCase();
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  return sign * digits.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}

function readInt(text: string): bigint {
  const sign = text.startsWith("-") ? -1n : 1n;
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  if (digits.includes(":")) {
    return sign * digits.split(":").reduce((total, part) => total * 60n + BigInt(part), 0n);
  }
  return sign * BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
}

/** In the form of Python's `isoformat`: microseconds only where there are some, an offset only where one is given. */
function formatTimestamp(parts: Record<string, string | undefined>): string | undefined {
  const two = (name: string): string => twoDigits(parts[name] ?? "0");
  const date = `${parts["year"] ?? ""}-${two("month")}-${two("day")}`;
  const time = `${two("hour")}:${two("minute")}:${two("second")}`;
  const moment = new Date(`${date}T${time}Z`);
  // Date carries a day that the month does not have into the next month; Python has no year 0.
  const isMoment = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(`${date}T${time}`);
  if (!isMoment || parts["year"] === "0000") return undefined;
  if (parts["hour"] === undefined) return date;
  const microseconds = (parts["fraction"] ?? "").slice(0, 6).padEnd(6, "0");
  const zone = formatZone(parts["zone"]);
  return zone === undefined
    ? undefined
    : `${date}T${time}${microseconds === "000000" ? "" : `.${microseconds}`}${zone}`;
}

const MINUTES_OF_A_DAY = 24 * 60;

/** Undefined for an offset of a day or more, which Python does not know. */
function formatZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return "";
  const [hours = "", minutes = "0"] = zone === "Z" ? ["0"] : zone.slice(1).split(":");
  const offset = Number(hours) * 60 + Number(minutes);
  if (offset >= MINUTES_OF_A_DAY) return undefined;
  // Python does not know a minus zero either.
  const sign = zone.startsWith("-") && offset > 0 ? "-" : "+";
  return `${sign}${twoDigits(Math.floor(offset / 60))}:${twoDigits(offset % 60)}`;
}

function twoDigits(part: number | string): string {
  return String(part).padStart(2, "0");
}
