import { toVisibleText } from "../../util/log/visible-text.ts";

/** How far a piece of work has come. */
export interface ProgressCount {
  readonly done: number;
  readonly total: number;
  /** What is counted, such as `media`. */
  readonly things: string;
  /** What else there is to say, in few words. */
  readonly more?: string;
}

/** Where progress is shown: `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TERMINAL_MS = 100;
const PLAIN_MS = 2_000;
const TICK_MS = 1_000;
const DEFAULT_COLUMNS = 80;
const CLEAR = "\r\u001b[K";

/** The one whose line is on the terminal. */
let shown: Progress | undefined;

/** Takes the line of progress off the terminal, where there is one: something else is to be printed. */
export function endProgress(): void {
  shown?.end();
}

/**
 * Long work, as its user sees it: one line that is written again and again on a terminal, and elsewhere a line every two
 * seconds at most. Costs nothing worth measuring, however often it is told.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #startedMs: number;
  #describe: (seconds: number) => string = () => "";
  #lastMs: number;
  #firstDone: number | undefined;
  #tick: NodeJS.Timeout | undefined;

  constructor(stream: ProgressStream = process.stderr, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.#startedMs = now();
    this.#lastMs = stream.isTTY === true ? -Infinity : this.#startedMs;
  }

  /** Shows how much is done, in per cent as well, and how much a second. */
  count({ done, total, things, more }: ProgressCount): void {
    this.#firstDone ??= done;
    const first = this.#firstDone;
    this.#describe = (seconds) => {
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      const rate = seconds < 1 ? [] : [`${Math.round((done - first) / seconds)} a second`];
      return [`${done} of ${total} ${things} (${percent} %)`, ...(more === undefined ? [] : [more]), ...rate].join(
        ", ",
      );
    };
    if (this.#now() - this.#lastMs >= (this.#stream.isTTY === true ? TERMINAL_MS : PLAIN_MS)) this.#show();
  }

  /** Shows a step of work of which it is not known how much is left, with the seconds that it has taken so far. */
  step(text: string): void {
    const isTerminal = this.#stream.isTTY === true;
    this.#describe = (seconds) => (isTerminal ? `${text} (${Math.floor(seconds)} s)` : text);
    this.#show();
  }

  /** Runs what prints something else: on a terminal, in place of the line, which is shown below it again. */
  interrupt(print: () => void): void {
    const isShown = shown === this;
    if (isShown) this.#stream.write(CLEAR);
    print();
    if (isShown) this.#show();
  }

  /** Takes the line off the terminal. */
  end(): void {
    clearInterval(this.#tick);
    this.#tick = undefined;
    if (shown !== this) return;
    shown = undefined;
    this.#stream.write(CLEAR);
  }

  #show(): void {
    this.#lastMs = this.#now();
    const text = toVisibleText(this.#describe((this.#lastMs - this.#startedMs) / 1000).replaceAll("\n", " "));
    if (this.#stream.isTTY !== true) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // A line that wraps could not be written again. A terminal may not know its width, and says 0 then.
    const columns = this.#stream.columns || DEFAULT_COLUMNS;
    this.#stream.write(CLEAR + (text.length < columns ? text : `${text.slice(0, columns - 2)}…`));
    // oxlint-disable-next-line no-this-alias -- it is kept, not aliased
    shown = this;
    this.#tick ??= setInterval(() => this.#show(), TICK_MS).unref();
  }
}
