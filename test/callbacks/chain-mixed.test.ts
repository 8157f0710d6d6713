import { describeCallbacks } from "../contract/callbacks.ts";

describeCallbacks(["python", "typescript", "python"]);
