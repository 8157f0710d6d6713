import { ENVIRONMENT_READY } from "../../modules/python/children/setup-steps.ts";
import { Progress } from "./progress.ts";

/** Shows the steps of making a Python environment, and how many packages pip has looked at. */
export function showPythonSetup(): (step: string) => void {
  let progress: Progress | undefined;
  let packages = 0;
  return (step) => {
    progress ??= new Progress();
    if (step.startsWith("Collecting ")) packages += 1;
    progress.step(
      packages === 0 || step === ENVIRONMENT_READY ? step : `Python environment: package ${packages}: ${step}`,
    );
    if (step === ENVIRONMENT_READY) progress.end();
  };
}
