/** Memory of a process with nothing to collect, in bytes. */
export interface Collected {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** What Twisted warns of, here as in Synapse, where it was given an answer for a client that is gone. */
const LEFT = "is not answered: its client has left";

/** What a service says, line by line. */
export class ServiceLog {
  /** Requests of which the log says that they are over. */
  over = 0;
  /** Requests that have begun: they are numbered. */
  begun = 0;
  readonly complaints: string[] = [];
  #onCollected: ((memory: Collected) => void) | undefined;

  read(line: string): void {
    if (line.includes('"msg":"request"')) {
      this.over += 1;
      this.begun = Math.max(this.begun, Number(/"request":(\d+)/.exec(line)?.[1]));
    } else if (line.startsWith('{"collected"')) {
      this.#onCollected?.(JSON.parse(line) as Collected);
    }
    // A child that went down, a module that failed, a fault of the service itself: all of them are told there.
    if (line.includes(LEFT)) return;
    if (/"level":"?(?:warn|error|fatal|[4-6]0)\b/.test(line)) this.complaints.push(line.slice(0, 4_000));
  }

  /** Has all garbage of the process collected (collect.mjs is loaded there). */
  collected(pid: number): Promise<Collected> {
    return new Promise((resolve) => {
      this.#onCollected = resolve;
      process.kill(pid, "SIGUSR2");
    });
  }
}
