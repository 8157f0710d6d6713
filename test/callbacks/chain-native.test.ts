import { describeCallbacks } from "../contract/callbacks.ts";

describeCallbacks(["typescript", "typescript", "typescript"]);
