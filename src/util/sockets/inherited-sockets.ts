import { StartError } from "../../errors.ts";

/** File descriptors of listening sockets that systemd opened for this process, by what they are for. */
export interface InheritedSockets {
  readonly service: number | undefined;
  readonly metrics: number | undefined;
}

/** The first descriptor that is passed: `sd_listen_fds(3)`. */
const FIRST_DESCRIPTOR = 3;
/** What `FileDescriptorName=` says of the socket on which metrics are read. */
const METRICS = "metrics";

/**
 * Takes the sockets out of the environment, where `sd_listen_fds(3)` puts them: the one named `metrics` and the other
 * one. They are this process's only where `LISTEN_PID` is its number, so a child that inherits the variables takes
 * nothing. Throws a StartError `LISTEN` where two sockets have the same purpose.
 */
export function takeInheritedSockets(environment: NodeJS.ProcessEnv, pid: number): InheritedSockets {
  const { LISTEN_PID: forPid, LISTEN_FDS: count, LISTEN_FDNAMES: list = "" } = environment;
  if (Number(forPid) !== pid) return { service: undefined, metrics: undefined };
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]) delete environment[name];
  const names = list.split(":");
  const sockets = Array.from({ length: Number(count) || 0 }, (_, index) => ({
    descriptor: FIRST_DESCRIPTOR + index,
    isForMetrics: names[index] === METRICS,
  }));
  const pick = (isForMetrics: boolean) => {
    const [first, second] = sockets.filter((socket) => socket.isForMetrics === isForMetrics);
    if (second === undefined) return first?.descriptor;
    throw new StartError(
      "LISTEN",
      `systemd passes more than one socket for the same purpose (${list || "without names"}): give the service one, and one with ` +
        `FileDescriptorName=${METRICS} for its metrics`,
    );
  };
  return { service: pick(false), metrics: pick(true) };
}
