import { expect, test } from "vitest";
import { takeInheritedSockets } from "../../src/util/sockets/inherited-sockets.ts";

const NONE = { service: undefined, metrics: undefined };

test("Without the variables of systemd there are no sockets, and none where they are for another process", () => {
  expect(takeInheritedSockets({}, 7)).toEqual(NONE);
  expect(takeInheritedSockets({ LISTEN_PID: "8", LISTEN_FDS: "1" }, 7)).toEqual(NONE);
});

test("One socket is the service's, whatever its unit is called, and one named metrics is that of the metrics", () => {
  expect(takeInheritedSockets({ LISTEN_PID: "7", LISTEN_FDS: "1" }, 7)).toEqual({ service: 3, metrics: undefined });
  const names = { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "metrics:media-bridge.socket" };
  expect(takeInheritedSockets(names, 7)).toEqual({ service: 4, metrics: 3 });
});

test("The variables are taken away, so that no child of the process takes the sockets for its own", () => {
  const environment = { LISTEN_PID: "7", LISTEN_FDS: "1", LISTEN_FDNAMES: "a", PATH: "/bin" };
  takeInheritedSockets(environment, 7);
  expect(environment).toEqual({ PATH: "/bin" });
});

test("Two sockets for the same purpose are refused, with what to do", () => {
  const names = { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "a:b" };
  expect(() => takeInheritedSockets(names, 7)).toThrow(/more than one socket.*\(a:b\).*FileDescriptorName=metrics/);
});
