import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** V8's own: each time that it lets the generation grow, it doubles it. */
const DOUBLED = 2;
/** From 2 to 8 MB. */
const READY = 4;
const OBJECTS = 1_000;
const MOST_ROUNDS = 200;

/**
 * Keeps V8's young generation at its present size from now on, which is 2 MB before any code has run. What a start
 * loads stays in memory, and V8 would make room of tens of megabytes to copy it. V8 reads its limit before any code
 * runs, but reads the growth factor of the generation each time that it grows.
 */
export function holdYoungGeneration(): void {
  setGrowthFactor(1);
}

/**
 * Lets it have 8 MB at once, and grow as V8 sees fit. In 2 MB requests that come one by one would have it collected
 * every sixty requests: they leave too little behind for V8 to let it grow, and each collection holds up the next
 * request by half a millisecond. To hold it down while requests are served costs more than it saves: a limit that is
 * watched by observing collections made small requests over 32 connections a third to two thirds dearer.
 */
export function letYoungGenerationGrow(): void {
  setGrowthFactor(READY);
  growNow();
  setGrowthFactor(DOUBLED);
}

/** V8 lets it grow where more survives collections than it has room for: such objects are made here, and forgotten. */
function growNow(): void {
  const heldBytes = youngBytes();
  const kept: unknown[] = [];
  for (let round = 0; round < MOST_ROUNDS && youngBytes() === heldBytes; round += 1) {
    kept.push(Array.from({ length: OBJECTS }, () => [round]));
  }
}

function youngBytes(): number | undefined {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size;
}

function setGrowthFactor(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
