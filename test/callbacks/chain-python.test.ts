import { describeCallbacks } from "../contract/callbacks.ts";

describeCallbacks(["python", "python", "python"]);
