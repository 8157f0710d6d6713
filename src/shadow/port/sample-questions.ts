import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Portable, Said } from "../asked.ts";
import { SAMPLE_USER } from "./sample-config.ts";

/** A question of the parity test, and what the Python module said to it. */
export interface SampleCase {
  readonly kind: KindName;
  readonly args: readonly Portable[];
  readonly said: Said;
}

export const OTHER_USER = "@bob:example.test";
export const SAMPLE_FILE = "hello";
const MEDIA_ID = "AAAAAAAAAAAAAAAAAAAAAAAA";
const SIZES = [1, 1000, 1_000_000];
const MAX_NUMBERS = 8;
const LIMIT = { max_bytes: "1000", time_period_ms: "60000", info_uri: null, can_upgrade: false, extra: null };

/**
 * Questions for a module with a configuration in which there are these numbers: sizes are asked at each of them, one
 * below and one above. `path` is a file with {@link SAMPLE_FILE} in it.
 */
export function sampleQuestions(kind: KindName, numbers: readonly number[], path: string): Portable[][] {
  const info = { server_name: null, file_id: MEDIA_ID, url_cache: false, thumbnail: null };
  const users = KINDS[kind].namesUser ? [SAMPLE_USER, OTHER_USER] : [];
  switch (kind) {
    case "get_media_config_for_user":
      return users.map((user) => [user]);
    case "is_user_allowed_to_upload_media_of_size":
    case "get_media_upload_limits_for_user":
      return users.flatMap((user) => sizesAround(numbers).map((size) => [user, size]));
    case "on_media_upload_limit_exceeded":
      return users.map((user) => [user, LIMIT, 500, 600]);
    case "check_media_file_for_spam":
      return [[path, info]];
    case "on_media_uploaded":
      return users.map((user) => [user, MEDIA_ID, 1000]);
    default:
      kind satisfies "on_media_deleted";
      return [[MEDIA_ID]];
  }
}

function sizesAround(numbers: readonly number[]): number[] {
  const whole = numbers.filter((number) => Number.isSafeInteger(number) && number > 0).slice(0, MAX_NUMBERS);
  const sizes = [...SIZES, ...whole.flatMap((number) => [number - 1, number, number + 1])];
  return [...new Set(sizes)].filter(Number.isSafeInteger).toSorted((one, other) => one - other);
}

/**
 * Without those of many sizes in a row that were answered alike: what is left are the first, the last and both sides of
 * each change.
 */
export function withoutRepeats(cases: readonly SampleCase[]): SampleCase[] {
  return cases.filter((one, index) => {
    const [before, after] = [cases[index - 1], cases[index + 1]];
    return before === undefined || after === undefined || !isAlike(before, one) || !isAlike(one, after);
  });
}

/** About the same user, with the same answer. */
function isAlike(one: SampleCase, other: SampleCase): boolean {
  return [one, other]
    .map(({ kind, args, said }) => JSON.stringify([kind, args[0], said]))
    .every((text, _index, [first]) => text === first);
}
