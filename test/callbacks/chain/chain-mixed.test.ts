import { describeCallbacks } from "../../contract/callbacks/callbacks.ts";

describeCallbacks(["python", "typescript", "python"]);
