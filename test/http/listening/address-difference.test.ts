import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { describeDifference } from "../../../src/http/listening/address-difference.ts";

/** The address of a socket that really listens. */
async function addressOf(port: number, host: string): Promise<AddressInfo> {
  const server = createServer();
  await once(server.listen(port, host), "listening");
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return address;
}

describe("a socket that systemd passes", () => {
  test("agrees with the address that the configuration names, however it is written", async () => {
    const { address, family, port } = await addressOf(0, "127.0.0.1");
    for (const host of ["127.0.0.1", "localhost"]) {
      expect(await describeDifference({ address, family, port }, { host, port })).toBeUndefined();
    }
    const ipv6 = { address: "::1", family: "IPv6", port };
    expect(await describeDifference(ipv6, { host: "0:0:0:0:0:0:0:1", port })).toBeUndefined();
  });

  test("agrees with a configured port of 0, which is any port", async () => {
    const actual = await addressOf(0, "127.0.0.1");
    expect(await describeDifference(actual, { host: "127.0.0.1", port: 0 })).toBeUndefined();
  });

  test.each([
    { host: "127.0.0.1", port: 1, configured: "127.0.0.1:1" },
    { host: "127.0.0.2", port: 0, configured: "127.0.0.2:0" },
    { host: "::1", port: 0, configured: "[::1]:0" },
  ])("differs from a configured $configured, and both are named", async ({ host, port, configured }) => {
    const actual = await addressOf(0, "127.0.0.1");
    const difference = await describeDifference(actual, { host, port });
    expect(difference).toEqual({ actual: `127.0.0.1:${actual.port}`, configured });
  });

  test("differs from a configured Unix socket, and a Unix socket from a configured address", async () => {
    const actual = await addressOf(0, "127.0.0.1");
    const path = "/run/media-bridge.sock";
    const ofPort = await describeDifference(actual, { path, mode: 0o660 });
    expect(ofPort).toEqual({ actual: `127.0.0.1:${actual.port}`, configured: path });
    const ofPath = await describeDifference(null, { host: "127.0.0.1", port: 8800 });
    expect(ofPath).toEqual({ actual: "a Unix socket", configured: "127.0.0.1:8800" });
    expect(await describeDifference(null, { path, mode: 0o660 })).toBeUndefined();
  });
});
