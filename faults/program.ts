/** How a program of faults is run. */
export interface FaultOptions {
  /** The form that `npm test` runs, instead of the long one. */
  readonly short: boolean;
  /** Decides over everything that is random. */
  readonly seed: number;
  /** Tells the reader of something, a failure above all. */
  readonly note: (text: string) => void;
}

/** How many checks a program made. */
export interface FaultResult {
  readonly passed: number;
  readonly failed: number;
}

/** A program that breaks the service in one way, as often as it takes. */
export interface FaultProgram {
  readonly name: string;
  readonly run: (options: FaultOptions) => Promise<FaultResult>;
}
