import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { python, startWith } from "./service.ts";

/** How many connections to sockets below a folder are open. */
function connectionsBelow(folder: string): number {
  const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
  return lines.filter((line) => / 03 +\d+ /.test(line) && line.includes(`${folder}/`)).length;
}

test("A connection to a Python child is used for one request: the child may close a kept one while a body is on its way", async () => {
  const service = await startWith([python({ "/page": "page" })]);
  for (let count = 0; count < 3; count += 1) {
    const answer = await fetch(`${service.url}/page`);
    expect([answer.status, (await answer.text()).length > 0]).toEqual([200, true]);
    await vi.waitFor(() => expect(connectionsBelow(service.folder)).toBe(0));
  }
});
