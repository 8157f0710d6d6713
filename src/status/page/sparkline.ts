import { html, type Markup } from "./html.ts";

const WIDTH = 96;
const HEIGHT = 20;

/** A line that shows how values went, oldest on the left, from 0 to the largest of them; nothing for less than two. */
export function drawSparkline(values: readonly number[], description: string): Markup | undefined {
  if (values.length < 2) return undefined;
  const most = Math.max(...values, 1);
  const step = (WIDTH - 2) / (values.length - 1);
  const points = values.map(
    (value, index) => `${round(1 + index * step)},${round(HEIGHT - 1 - (value / most) * (HEIGHT - 2))}`,
  );
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
    role="img"
    aria-label="${description}"
  >
    <polyline points="${points.join(" ")}" />
  </svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
