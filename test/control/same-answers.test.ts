import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CallbackRegistry } from "../../src/callbacks/slots/registry.ts";
import type { KindName } from "../../src/callbacks/kinds.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { runCall } from "../../src/control/call.ts";
import type { LoadedModules } from "../../src/modules/load.ts";
import { loadModulesForDryRun } from "../../src/server/commands/dry-run.ts";
import { FIXTURE_MODULES, writeConfig } from "../support/service.ts";

const folder = mkdtempSync(join(tmpdir(), "media-bridge-same-"));
const FILES = ["fine", "false", "true", "code", "fields"];
let config: Config;
let modules: LoadedModules;

beforeAll(async () => {
  const twins = [{ module: "twin.Twin" }, { typescript: join(FIXTURE_MODULES, "twin.ts") }];
  config = loadConfig([writeConfig(folder, join(folder, "media"), { config: { modules: twins } })]).config;
  for (const name of FILES) writeFileSync(join(folder, name), "");
  modules = await loadModulesForDryRun(config, { onProgress: () => undefined });
});
afterAll(async () => {
  await modules.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

/** What one of the twins is reported to have answered. */
async function ask(language: "python" | "typescript", kind: KindName, args: readonly string[]) {
  const registry = new CallbackRegistry();
  for (const slot of modules.registry.slots(kind)) if (slot.language === language) registry.add(slot);
  const { slots, http, decidedBy } = await runCall(kind, args, { ...modules, registry }, config);
  const [{ outcome, answer, error } = { outcome: "none" }] = slots;
  const { body, ...rest } = http;
  return { outcome, answer, error, decidedBy, body: body === null ? null : (JSON.parse(body) as unknown), ...rest };
}

const CONFIG = "get_media_config_for_user";
const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";
const CONFIG_TEXT = '{"a":{},"m.upload.size":1000,"org.example.list":[1,2.5,100,"ü\\n",true,null]}';
const LIMITS_TEXT =
  '[{"max_bytes":1000,"time_period_ms":60000},' +
  '{"can_upgrade":true,"info_uri":"https://example.test/","max_bytes":1152921504606846976,"time_period_ms":1}]';

test.each<[what: string, kind: KindName, args: string[], expected: object]>([
  ["no media configuration", CONFIG, ["@nothing:a.test"], { outcome: "continue", answer: "nothing" }],
  ["a media configuration", CONFIG, ["@config:a.test"], { outcome: "stop", answer: CONFIG_TEXT }],
  ["a size that is allowed", ALLOWED, ["@a:a.test", "5"], { outcome: "continue", answer: "true" }],
  ["a size that is refused", ALLOWED, ["@a:a.test", "10"], { outcome: "stop", answer: "false" }],
  ["a refusal in the module's words", ALLOWED, ["@a:a.test", "1"], { error: "429 M_LIMIT_EXCEEDED: Not so fast" }],
  ["a module's failure", ALLOWED, ["@a:a.test", "2"], { outcome: "error", error: "ValueError: out of order" }],
  ["no limits of its own", LIMITS, ["@nothing:a.test", "5"], { outcome: "continue", answer: "nothing" }],
  ["lifted limits", LIMITS, ["@lifted:a.test", "5"], { outcome: "stop", answer: "[]" }],
  ["limits", LIMITS, ["@limits:a.test", "5"], { outcome: "stop", answer: LIMITS_TEXT }],
  ["a file that is fine", SPAM, ["fine"], { outcome: "continue", answer: '"NOT_SPAM"' }],
  ["a file that is fine, said by false", SPAM, ["false"], { outcome: "continue", answer: "false" }],
  ["a file that is refused", SPAM, ["true"], { outcome: "stop", answer: "true" }],
  ["a file that is refused with a code", SPAM, ["code"], { outcome: "stop", answer: '"M_FORBIDDEN"' }],
  ["a file that is refused with fields", SPAM, ["fields"], { answer: '["M_FORBIDDEN",{"org.example.why":"because"}]' }],
])("call reports %s of a Python module and of a TypeScript module in the same words", async (_what, kind, args, expected) => {
  const given = kind === SPAM ? args.map((name) => join(folder, name)) : args;
  const python = await ask("python", kind, given);
  expect(python).toMatchObject(expected);
  expect(await ask("typescript", kind, given)).toEqual(python);
}); // prettier-ignore

test("call shows an answer of a wrong type, whichever language gave it", async () => {
  for (const language of ["python", "typescript"] as const) {
    expect(await ask(language, CONFIG, ["@wrong:a.test"])).toMatchObject({
      outcome: "error",
      answer: "5",
      status: 500,
    });
  }
});
