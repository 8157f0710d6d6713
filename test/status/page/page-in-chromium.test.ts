import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { openTab, type TabEvent } from "../../support/chromium.ts";
import { FIXTURE_MODULES, startTestService } from "../../support/service.ts";

const UPLOAD = "/_matrix/media/v3/upload";
/** A folder that gets pictures of what the browser shows, after more uploads; absent: none are taken. */
const PICTURES = process.env["STATUS_PICTURES"];
const STORED = PICTURES === undefined ? 2 : 150;

/** What a page says on the console, what its policy refuses, and what it throws. */
function complaintsOf(events: readonly TabEvent[]): TabEvent[] {
  return events.filter(({ method }) =>
    /^(?:Log\.entryAdded|Runtime\.(?:consoleAPICalled|exceptionThrown))$/.test(method),
  );
}

function urlsOf(events: readonly TabEvent[]): unknown[] {
  const requests = events.filter(({ method }) => method === "Network.requestWillBeSent");
  return requests.map(({ params }) => (params["request"] as { url: string }).url).filter((url) => url !== "data:,");
}

test("Chromium shows the page narrow and wide, with its style, without a complaint and without a request of the page's", async () => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}/status`;
  const service = await startTestService({
    config: {
      max_upload_size: 5000,
      modules: [{ module: "doorman.Doorman", config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }],
    },
    mediaBridge: { metrics: { host: "127.0.0.1", port } },
  });
  const tab = await openTab();
  try {
    for (let number = 0; number < STORED; number += 1) await service.upload("x".repeat(10 + (number % 90)));
    for (const size of [111, 112, 113, 211, 212, 5001]) {
      const sent = { method: "POST", body: "x".repeat(size), as: size === 113 ? "bob" : "alice" } as const;
      await (await service.request(UPLOAD, sent)).text();
    }
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await tab.send(`${domain}.enable`);
    for (const [name, width, colours] of [
      ["narrow", 360, "light"],
      ["wide", 1280, "light"],
      ["dark", 1280, "dark"],
    ] as const) {
      const features = [{ name: "prefers-color-scheme", value: colours }];
      await tab.send("Emulation.setEmulatedMedia", { features });
      await tab.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
      const shown = tab.next("Page.loadEventFired");
      await tab.send("Page.navigate", { url });
      await shown;
      const expression = `JSON.stringify({
        sections: [...document.querySelectorAll("h2")].map((title) => title.textContent),
        state: document.querySelector(".state").textContent,
        lines: document.querySelectorAll("svg polyline").length,
        refusals: document.querySelectorAll("section:last-of-type tbody tr").length,
        isStyled: getComputedStyle(document.querySelector("dl")).display === "grid",
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      })`;
      const { result } = (await tab.send("Runtime.evaluate", { expression })) as { result: { value: string } };
      expect(JSON.parse(result.value)).toEqual({
        sections: ["Callbacks", "Modules", "Python children", "Queues", "Storage", "Last refusals"],
        state: "Every module can be asked.",
        lines: 6,
        refusals: 6,
        isStyled: true,
        overflow: 0,
      });
      if (PICTURES !== undefined) {
        mkdirSync(PICTURES, { recursive: true });
        const { data } = await tab.send("Page.captureScreenshot", { captureBeyondViewport: true });
        writeFileSync(join(PICTURES, `${name}.png`), Buffer.from(String(data), "base64"));
      }
    }
    expect(complaintsOf(tab.events)).toEqual([]);
    expect(new Set(urlsOf(tab.events))).toEqual(new Set([url]));
  } finally {
    await tab.close();
    await service.stop();
  }
});
