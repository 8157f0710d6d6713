export {
  recordLog as captureLog,
  type LogLine,
  type RecordedLog as CapturedLog,
} from "../../src/testing/recorded-log.ts";
