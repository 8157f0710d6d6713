import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { sendInTurn } from "../../../src/http/response/send-in-turn.ts";
import { startSmallServer } from "../support/small-server.ts";

const LISTS = 10;

test("Of long answers that are ready together, one is made in each turn of the event loop", async () => {
  const counting = { turn: 0, isOver: false };
  const counted = (async () => {
    for (; !counting.isOver; counting.turn += 1) await setImmediate();
  })();
  const turns: number[] = [];
  const list = { toJSON: () => ({ made: turns.push(counting.turn) }) };
  let asked = 0;
  const all = Promise.withResolvers<void>();
  const { port } = await startSmallServer({
    "/list": async (_req, res) => {
      asked += 1;
      if (asked === LISTS) all.resolve();
      await all.promise;
      await sendInTurn(res, list);
    },
  });
  const answers = await Promise.all(
    Array.from({ length: LISTS }, async () => (await fetch(`http://127.0.0.1:${port}/list`)).json()),
  );
  counting.isOver = true;
  await counted;
  expect(answers).toHaveLength(LISTS);
  expect(new Set(turns).size).toBe(LISTS);
});

test("A client that leaves before its turn holds up no other", async () => {
  const gate = Promise.withResolvers<void>();
  const { port, requests } = await startSmallServer({
    "/list": async (_req, res) => {
      await gate.promise;
      await sendInTurn(res, { entries: [] });
    },
  });
  const url = `http://127.0.0.1:${port}/list`;
  const leaving = new AbortController();
  const left = fetch(url, { signal: leaving.signal });
  const answered = fetch(url);
  while (requests.size < 2) await setImmediate();
  leaving.abort();
  await expect(left).rejects.toThrow("aborted");
  while (requests.size > 1) await setImmediate();
  gate.resolve();
  expect(await (await answered).json()).toEqual({ entries: [] });
});
