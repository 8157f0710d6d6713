import { describeCallbacks } from "../../contract/callbacks/callbacks.ts";
import { testPython } from "../../support/python.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";

// Each in a child of its own.
describeCallbacks(["python", "python", "python"], {
  mediaBridge: { python: { executable: testPython(), path: [FIXTURE_MODULES], isolation: "module" } },
});
