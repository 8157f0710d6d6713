import { COMPARISON_CLASSES } from "../../shadow/compare/compare-said.ts";
import type { ModuleVersion } from "../../shadow/compared.ts";
import { type ParityReport, type ShadowReport } from "../../shadow/parity/parity-report.ts";
import type { CallbackProof, Distinct, Percentiles } from "../../shadow/parity/proof.ts";
import type { KeptDifference } from "../../shadow/parity/read-runs.ts";
import { formatTable } from "../../status/status-text.ts";
import type { Column, Table } from "../../status/table.ts";
import { formatCount, formatMicros } from "../../status/words.ts";
import { toVisibleText } from "../../util/log/visible-text.ts";
import { formatTime } from "../../util/text/utc-time.ts";
import { CLASS_WORDS, cut, describeBoth } from "./effect-words.ts";

/** So many independent questions without a difference prove fewer than 0.1 %. */
const USUAL_TARGET = 3000;
const BAR_WIDTH = 20;
const SHOWN_DIFFERENCES = 5;
const TROUBLES: ReadonlySet<string> = new Set(["different_effect", "candidate_failed", "candidate_late"]);

const EXPLANATION =
  "n is the smaller of the questions that the original answered and of their different arguments. Where no answer of n " +
  "independent\nquestions has another effect, fewer than 3/n of all would have one, at 95 %.";

/** How the report is shown. */
export interface ParityTextOptions {
  /** Whether the state of the proof is shown as a bar. */
  readonly hasBars: boolean;
}

/** The report as lines of text. */
export function formatParity(report: ParityReport, options: ParityTextOptions): string {
  const { shadows, required, reasons } = report;
  if (shadows.length === 0) return "No module has a shadow: name one under shadow: of an entry of modules:";
  const parts = shadows.map((shadow) => formatShadow(shadow, required ?? USUAL_TARGET, options));
  const verdict =
    required === null
      ? []
      : reasons.length === 0
        ? [`${formatCount(required)} independent questions of each callback that was asked show no difference.`]
        : [`The proof is not there:\n${reasons.map((reason) => `  ${reason}`).join("\n")}`];
  // A module chooses its name.
  return toVisibleText([...parts, EXPLANATION, ...verdict].join("\n\n"));
}

function formatShadow(shadow: ShadowReport, target: number, options: ParityTextOptions): string {
  const { index, original, candidate, startedTs, lastTs, callbacks, differences } = shadow;
  const head = `Module ${index + 1}: ${describe(original)}, and its candidate ${describe(candidate)}`;
  if (startedTs === null || lastTs === null) return `${head}\n  The candidate was not asked any question yet.`;
  const since = `  since ${formatTime(startedTs)}, last written ${formatTime(lastTs)}`;
  const tables = [answersTable(callbacks), timesTable(callbacks), proofTable(callbacks, target, options)];
  if (differences.length > 0) tables.push(differencesTable(differences));
  return [head, since, ...tables.flatMap((table) => ["", ...formatTable(table)])].join("\n");
}

function describe(module: ModuleVersion | string): string {
  return typeof module === "string" ? module : `${module.name} (${module.language}, ${module.filesHash.slice(0, 12)})`;
}

function answersTable(callbacks: readonly CallbackProof[]): Table {
  return {
    title: "Answers",
    isWide: true,
    columns: [
      column("callback", "text"),
      column("asked", "number"),
      ...COMPARISON_CLASSES.map((name) => column(CLASS_WORDS[name], TROUBLES.has(name) ? "trouble" : "number")),
    ],
    groups: [
      {
        rows: callbacks.map(({ callback, asked, classes }) => [
          callback,
          formatCount(asked),
          ...COMPARISON_CLASSES.map((name) => formatCount(classes[name])),
        ]),
      },
    ],
    empty: "The candidate was not asked any question yet.",
  };
}

function timesTable(callbacks: readonly CallbackProof[]): Table {
  return {
    title: "Times, and what was asked",
    isWide: true,
    columns: [
      column("callback", "text"),
      ...["p50 original", "p50 candidate", "p99 original", "p99 candidate", "users", "arguments", "noise"].map((name) =>
        column(name, "number"),
      ),
    ],
    groups: [
      {
        rows: callbacks.map((proof) => [
          proof.callback,
          ...(["p50", "p99"] as const).flatMap((name) => [
            formatTimes(proof.micros.original, name),
            formatTimes(proof.micros.candidate, name),
          ]),
          formatDistinct(proof.users),
          formatDistinct(proof.arguments),
          formatNoise(proof),
        ]),
      },
    ],
    empty: "None.",
  };
}

function proofTable(callbacks: readonly CallbackProof[], target: number, { hasBars }: ParityTextOptions): Table {
  const bars = hasBars ? [column("", "text")] : [];
  return {
    title: "Proof",
    isWide: true,
    columns: [column("callback", "text"), ...bars, column("n", "number"), column("what it shows", "text")],
    groups: [
      {
        rows: callbacks.map((proof) => [
          proof.callback,
          ...(hasBars ? [formatBar(proof, target)] : []),
          `${formatCount(proof.independent)} of ${formatCount(target)}`,
          describeProof(proof),
        ]),
      },
    ],
    empty: "None.",
  };
}

function differencesTable(differences: readonly KeptDifference[]): Table {
  return {
    title: "The smallest differences (--fixture writes them to a file)",
    isWide: true,
    columns: [
      column("callback", "text"),
      column("class", "text"),
      column("times", "number"),
      ...["arguments", "original", "candidate"].map((name) => column(name, "text")),
    ],
    groups: [
      {
        rows: differences
          .slice(0, SHOWN_DIFFERENCES)
          .map((difference) => [
            difference.callback,
            CLASS_WORDS[difference.class],
            formatCount(difference.count),
            cut(JSON.stringify(difference.args).slice(1, -1)),
            ...describeBoth(difference),
          ]),
      },
    ],
    empty: "None.",
  };
}

function describeProof({ differing, asked, differsInLessThan, ...proof }: CallbackProof): string {
  const notes = [
    ...(proof.lost > 0 ? [`${formatCount(proof.lost)} could not be written`] : []),
    ...(proof.unrecorded > 0 ? [`${formatCount(proof.unrecorded)} differences are only counted`] : []),
    ...(proof.ignoreFailed > 0 ? [`ignore failed ${formatCount(proof.ignoreFailed)} times`] : []),
  ];
  const shown =
    differing > 0
      ? `${formatCount(differing)} of ${formatCount(asked)} differ`
      : differsInLessThan === null
        ? "nothing yet"
        : `under ${formatShare(differsInLessThan)} differ`;
  return [shown, ...notes].join("; ");
}

/** How much of the proof is there; crosses where there cannot be one. */
function formatBar({ independent, differing }: CallbackProof, target: number): string {
  if (differing > 0) return "✗".repeat(BAR_WIDTH);
  const full = Math.min(BAR_WIDTH, Math.floor((independent / Math.max(1, target)) * BAR_WIDTH));
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}

function formatNoise({ noise }: CallbackProof): string {
  return noise.share === null ? "" : `${formatShare(noise.share)} of ${formatCount(noise.asked)}`;
}

/** A share from 0 to 1 with two digits that count, never below what it is. */
function formatShare(share: number): string {
  if (share === 0) return "0 %";
  const percent = share * 100;
  const digits = Math.max(0, 1 - Math.floor(Math.log10(percent)));
  const scale = 10 ** digits;
  return `${String(Math.ceil(percent * scale - 1e-9) / scale)} %`;
}

function formatTimes(micros: Percentiles | null, name: keyof Percentiles): string {
  return micros === null ? "" : formatMicros(micros[name]);
}

function formatDistinct({ count, isAtLeast }: Distinct): string {
  return isAtLeast ? `≥ ${formatCount(count)}` : formatCount(count);
}

function column(title: string, kind: Column["kind"]): Column {
  return { title, kind };
}
