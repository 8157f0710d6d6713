import { readFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { clientAddress } from "../../src/http/request/authenticate.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { startSmallServer } from "./support/small-server.ts";

test("A client that resets its connection is known by its address as long as its request is worked on", async () => {
  const addresses: (string | undefined)[] = [];
  const { port, log } = await startSmallServer({
    "/ask": (req, res) => {
      res.once("close", () => addresses.push(clientAddress(req, false)));
    },
  });
  const connection = await RawConnection.open(port);
  onTestFinished(() => void connection.socket.destroy());
  await connection.write("GET /ask HTTP/1.1\r\nHost: example.test\r\n\r\n");
  connection.socket.resetAndDestroy();
  await log.waitFor(({ facts }) => facts["route"] === "/ask");
  await vi.waitFor(() => expect(addresses).toEqual(["127.0.0.1"]));
});

test("The system looks now and then whether a silent client is still there", async () => {
  const begun: unknown[] = [];
  const { port } = await startSmallServer({ "/held": (req) => void begun.push(req) });
  const connection = await RawConnection.open(port);
  await connection.write("GET /held HTTP/1.1\r\nHost: example.test\r\n\r\n");
  await vi.waitFor(() => expect(begun).toHaveLength(1));
  // Columns of proc(5): the local address, the state (01 for a connection), and the running timer (02 for keepalive).
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const timers = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local === place && state === "01")
    .map((columns) => columns[5]?.slice(0, 2));
  expect(timers).toEqual(["02"]);
  connection.socket.destroy();
});
