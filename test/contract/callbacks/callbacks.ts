import { afterAll, beforeAll, describe } from "vitest";
import type { Language } from "../../callbacks/script.ts";
import { type ScriptedOptions, ScriptedService } from "../../callbacks/scripted-service.ts";
import { describeAllowed } from "./callbacks-allowed.ts";
import { describeChunked } from "./callbacks-chunked.ts";
import { describeConfig } from "./callbacks-config.ts";
import { describeErrors } from "./callbacks-errors.ts";
import { describeExceeded } from "./callbacks-exceeded.ts";
import { describeLimits } from "./callbacks-limits.ts";
import { describeNotifications } from "./callbacks-notifications.ts";
import { describePut } from "./callbacks-put.ts";
import { describeReservations } from "./callbacks-reservations.ts";
import { describeSpam } from "./callbacks-spam.ts";
import { describeWaiting } from "./callbacks-waiting.ts";

/** The service that the tests of a suite share; there once the suite has started it. */
export type Shared = () => ScriptedService;

/** What every chain must do, whatever the languages of its three modules. */
export function describeCallbacks(
  languages: readonly [Language, Language, Language],
  options: ScriptedOptions = {},
): void {
  describe(`a chain of ${languages.join(", ")}`, () => {
    let scripted: ScriptedService;
    beforeAll(async () => {
      scripted = await ScriptedService.start(languages, options);
    });
    afterAll(() => scripted.stop());
    const shared = () => scripted;

    describeConfig(shared, languages);
    describeAllowed(shared, languages);
    describeLimits(shared, languages);
    describeExceeded(shared, languages);
    describeReservations(shared);
    describeChunked(shared);
    describePut(shared);
    describeSpam(shared, languages);
    describeErrors(shared, languages);
    describeNotifications(shared);
    describeWaiting(shared, languages);
  });
}
