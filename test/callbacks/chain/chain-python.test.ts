import { describeCallbacks } from "../../contract/callbacks/callbacks.ts";

describeCallbacks(["python", "python", "python"]);
