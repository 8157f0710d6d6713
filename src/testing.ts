/**
 * What tests of modules import from `synapse-media-bridge/testing`. It works with any test runner.
 */
export { TestClock } from "./testing/test-clock.ts";
export {
  startFakeHomeserver,
  type Answer,
  type FakeHomeserver,
  type FakeUser,
  type SeenRequest,
} from "./testing/fake-homeserver.ts";
export { loadModule, type CallFacts, type LoadedModule, type LoadOptions } from "./testing/load-module.ts";
export type { CallbackAnswer, CallbackArguments, CallbackName } from "./testing/callbacks.ts";
export { readFixture, type ParityFixture, type ParityQuestion } from "./testing/fixture.ts";
export { compareAnswer } from "./testing/compare-answer.ts";
export type { Comparison, ComparisonClass } from "./shadow/compare/compare-said.ts";
export { recordLog, type LogLine, type RecordedLog } from "./testing/recorded-log.ts";
export {
  startTestService,
  type Download,
  type TestService,
  type TestServiceOptions,
  type Upload,
  type UploadOptions,
} from "./testing/test-service.ts";
export type { TestModule } from "./testing/test-config.ts";
export { StartError } from "./errors.ts";
