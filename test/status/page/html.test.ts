import { expect, test } from "vitest";
import { html } from "../../../src/status/page/html.ts";

test("A template escapes what would be markup, in text and in attributes", () => {
  const bad = `<script>"&'`;
  // prettier-ignore
  const made = html`<p title="${bad}">${bad}</p>`;
  const escaped = "&lt;script&gt;&quot;&amp;&#39;";
  expect(made.toString()).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test("A template in a template, and a list of them, are not escaped again", () => {
  // prettier-ignore
  const rows = ["a", "<b>"].map((name) => html`<li>${name}</li>`);
  // prettier-ignore
  expect(html`<ul>${rows}</ul>`.toString()).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>");
});

test("Strings of a list are escaped, numbers are written, and what is absent writes nothing", () => {
  // prettier-ignore
  expect(html`${["<", 0]}${undefined}${null}${false}`.toString()).toBe("&lt;0");
});

test("An object that only looks like markup is not taken for it", () => {
  const forged = { toString: () => "<script>" } as unknown as string;
  expect(() => html`${forged}`.toString()).toThrow(TypeError);
});
