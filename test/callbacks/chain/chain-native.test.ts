import { describeCallbacks } from "../../contract/callbacks/callbacks.ts";

describeCallbacks(["typescript", "typescript", "typescript"]);
