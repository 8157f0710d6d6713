import { expect, test } from "vitest";
import { isOwnHost } from "../../../src/status/page/own-host.ts";

const names = { boundHost: "10.0.0.5", hosts: ["status.example.org"] };
const at = { localAddress: "::ffff:10.0.0.6", localPort: 9800 };

test.each([
  "localhost:9800",
  "LOCALHOST:9800",
  "127.0.0.1:9800",
  "[::1]:9800",
  "10.0.0.5:9800",
  "10.0.0.6:9800",
  "status.example.org",
  "Status.Example.Org:8443",
])("The listener is asked by a name of its own: %s", (host) => {
  expect(isOwnHost(host, names, at)).toBe(true);
});

test.each([
  undefined,
  "",
  "localhost",
  "localhost:9801",
  "evil.example:9800",
  "localhost.evil.example:9800",
  "status.example.org.evil.example",
  "evil.example@localhost:9800",
  "localhost:9800:9800",
  "localhost:9800/",
  "[::2]:9800",
  "10.0.0.7:9800",
])("The listener is asked by a name that is not its own: %s", (host) => {
  expect(isOwnHost(host, names, at)).toBe(false);
});

test("A listener on port 80 is asked without a port", () => {
  expect(isOwnHost("localhost", names, { ...at, localPort: 80 })).toBe(true);
});
