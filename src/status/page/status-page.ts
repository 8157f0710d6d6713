import { formatTime } from "../../util/text/utc-time.ts";
import { html, type Markup } from "./html.ts";
import { STYLE_ELEMENT } from "./page-style.ts";
import type { ServiceStatus } from "../service-status.ts";
import { drawSparkline } from "./sparkline.ts";
import type { Cell, Column, Table } from "../table.ts";
import { listFacts, listTables } from "../tables.ts";

/** How often a browser asks for the page again, in seconds. */
const REFRESH_SECONDS = 5;

/** The status as a page that needs nothing else: no script, no picture, no other request. */
export function renderPage(status: ServiceStatus): string {
  const { problem, serverName, takenTs } = status;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
        <link rel="icon" href="data:," />
        <title>${serverName}: media-bridge</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>
          <h1>media-bridge</h1>
          <p class="state${problem !== null && " problem"}">${problem ?? "Every module can be asked."}</p>
        </header>
        ${
          status.notEnforced.length > 0 &&
          html`<aside>
            <strong>Report only: requests that these would refuse pass.</strong>
            <ul>
              ${status.notEnforced.map((text) => html`<li>${text}</li> `)}
            </ul>
          </aside> `
        }
        <dl>
          ${listFacts(status).map(
            ([name, value]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div> `,
          )}
        </dl>
        <main>${listTables(status).map(renderTable)}</main>
        <footer>
          As of ${formatTime(takenTs)}. The page asks again every ${REFRESH_SECONDS} seconds. Counts are since the
          start, times of the last 512 calls.
        </footer>
      </body>
    </html> `;
  return page.toString();
}

function renderTable({ title, isWide, columns, groups, empty }: Table): Markup {
  const wide = isWide && html` class="wide"`;
  if (groups.every(({ rows }) => rows.length === 0)) {
    return html`<section${wide}>
      <h2>${title}</h2>
      <p class="empty">${empty}</p>
    </section> `;
  }
  return html`<section${wide}>
    <h2>${title}</h2>
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            ${columns.map((column) => html`<th scope="col" ${classOf(column)}>${column.title}</th>`)}
          </tr>
        </thead>
        ${groups.map(
          (group) =>
            html`<tbody>
              ${
                group.title !== undefined &&
                html`<tr>
                  <th scope="rowgroup" colspan="${columns.length}">${group.title}</th>
                </tr> `
              }${group.rows.map(
                (row) =>
                  html`<tr>
                    ${columns.map((column, index) => renderCell(column, row[index] ?? ""))}
                  </tr> `,
              )}
            </tbody> `,
        )}
      </table>
    </div>
  </section> `;
}

function renderCell(column: Column, cell: Cell): Markup {
  if (typeof cell !== "string") {
    return html`<td>${drawSparkline(cell.trend, `the last ${cell.trend.length} calls`)}</td>`;
  }
  const isTrouble = column.kind === "trouble" && cell !== "0";
  return html`<td${classOf(column, (cell === "0" && "zero") || (isTrouble && "problem"))}>${cell}</td>`;
}

function classOf({ kind }: Column, other: string | false = false): Markup | false {
  const isNumber = kind === "number" || kind === "trouble";
  const names = [isNumber && "number", other].filter((name) => name !== false);
  return names.length > 0 && html` class="${names.join(" ")}"`;
}
