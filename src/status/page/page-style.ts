import { createHash } from "node:crypto";
import { html, type Markup } from "./html.ts";

/** Holds no character that HTML would escape: the page holds exactly the text that is hashed. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5d6777; --line: #dfe3ea; --card: #ffffff; --back: #f4f6f9; --good: #1a7f4b; --bad: #b3261e; --trend: #3567c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #98a2b3; --line: #2f3744; --card: #1b212b; --back: #12161d; --good: #5cc98f; --bad: #ff8a80; --trend: #8fb2ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 76rem; background: var(--back); color: var(--ink); font: 0.875rem/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 1rem; }
h1 { margin: 0; font-size: 1.35rem; }
h2 { margin: 0; padding: 0.75rem 1rem 0.5rem; font-size: 0.95rem; }
.state { margin: 0; font-weight: 600; color: var(--good); overflow-wrap: anywhere; }
.problem { color: var(--bad); }
td.problem { font-weight: 600; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem; margin-bottom: 1rem; }
.wide { grid-column: 1 / -1; }
aside { margin-bottom: 1rem; padding: 0.75rem 1rem; border: 2px solid var(--bad); border-radius: 0.5rem; overflow-wrap: anywhere; }
aside ul { margin: 0.25rem 0 0; padding-left: 1.2rem; }
section, dl { min-width: 0; margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 0.75rem 1rem; margin-bottom: 1rem; padding: 0.9rem 1rem; }
dt { color: var(--soft); font-size: 0.78rem; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; padding-bottom: 0.4rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.28rem 0.6rem; text-align: left; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 1rem; }
th:last-child, td:last-child { padding-right: 1rem; }
thead th { color: var(--soft); font-size: 0.78rem; font-weight: 500; border-bottom: 1px solid var(--line); }
tbody th { padding-top: 0.6rem; font-family: ui-monospace, monospace; font-size: 0.8rem; font-weight: 600; }
tbody td { border-bottom: 1px solid var(--line); }
tbody:last-child tr:last-child td { border-bottom: 0; }
.number { text-align: right; }
.zero { color: var(--soft); opacity: 0.6; }
.empty, footer { color: var(--soft); }
.empty { margin: 0; padding: 0 1rem 0.9rem; }
svg { display: block; }
polyline { fill: none; stroke: var(--trend); stroke-width: 1.5; stroke-linejoin: round; }
`;

/** The page's style. */
// prettier-ignore
export const STYLE_ELEMENT: Markup = html`<style>${STYLE}</style>`;

/** By which the page's policy allows this style and no other. */
export const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");
