import { expect, onTestFinished, test, vi } from "vitest";
import { readGuide } from "../support/guide.ts";
import { Operator } from "./operator.ts";

const LONG_MS = 300_000;
const USERS = 600;
/** At the border of a size, and of the sum of a day. */
const SIZES = [10_240, 10_241, 5_120, 1, 0];
/** How many users ask after each step. */
const ASKING = 20;
/** In place of the 3,000 that the guide asks for. */
const REQUIRED = 20;
/** How often the test makes more questions before it gives up. */
const ROUNDS = 8;
const AS_IN_THE_GUIDE = 3000;

const ENFORCED = [
  '200 {"m.upload.size":10240,"org.example.help":"https://example.test/help"}',
  '200 {"content_uri":"mxc:…"}',
  expect.stringMatching(/^413 .*M_TOO_LARGE/) as string,
  '200 {"content_uri":"mxc:…"}',
  expect.stringMatching(/^403 .*"You may upload 0 more bytes within 1 day"/) as string,
  '200 {"content_uri":"mxc:…"}',
];
const REPORTED = ['200 {"m.upload.size":52428800}', ...SIZES.map(() => '200 {"content_uri":"mxc:…"}')];

/** What users are answered after one step of the guide, and who decides. */
interface Phase {
  /** Each different list of answers of a user. */
  readonly answers: readonly string[][];
  readonly children: number;
  /** Users for whom each module decided. */
  readonly byPython: number;
  readonly byTypeScript: number;
}

test(
  "The guide leads from a Python module to none, and back, and no user is answered otherwise on the way",
  { timeout: LONG_MS },
  async () => {
    const operator = new Operator(USERS);
    onTestFinished(() => operator.stop());
    const phases: Phase[] = [];
    for (const step of readGuide("docs/migration.md")) {
      if (step.kind === "write") {
        operator.write(step);
        continue;
      }
      for (const command of step.commands) {
        const { exitCode, output } = await follow(operator, command);
        expect([command, exitCode, output]).toEqual([command, 0, expect.any(String)]);
        if (/ (?:start|reload) /.test(command)) phases.push(await look(operator));
      }
    }
    const [reported, ...enforced] = phases;
    expect(reported?.answers).toEqual([REPORTED]);
    // Enforced, with a shadow, for a tenth of the users, for all of them, without Python, and back.
    expect(enforced.map(({ answers }) => answers)).toEqual(Array.from({ length: 6 }, () => [ENFORCED]));
    expect(new Set(enforced.map(({ answers }) => JSON.stringify(answers))).size).toBe(1);
    expect(enforced.map(({ children }) => children > 0)).toEqual([true, true, true, true, false, true]);
    const [alone, shadowed, canary, all, without, back] = enforced;
    for (const phase of [reported, alone, shadowed, back])
      expect(phase).toMatchObject({ byPython: ASKING, byTypeScript: 0 });
    for (const phase of [all, without]) expect(phase).toMatchObject({ byPython: 0, byTypeScript: ASKING });
    expect(canary?.byTypeScript).toBeGreaterThan(0);
    expect(canary?.byTypeScript).toBeLessThan(ASKING / 3);
    expect(canary?.byPython).toBe(ASKING - (canary?.byTypeScript ?? 0));
  },
);

/** Lets new users ask. */
async function look(operator: Operator): Promise<Phase> {
  const before = await operator.readStatus();
  const answers = new Map<string, string[]>();
  for (let user = 0; user < ASKING; user += 1) {
    const given = await operator.askAsNewUser(SIZES);
    answers.set(given.join("\n"), given);
  }
  const { children, asked } = await operator.readStatus();
  const more = (module: string) => (asked.get(module) ?? 0) - (before.asked.get(module) ?? 0);
  return {
    answers: [...answers.values()],
    children,
    byPython: more("upload_rules.UploadRules"),
    byTypeScript: more("upload-rules"),
  };
}

/** Runs a command; where it asks for a proof, users ask until there is one. */
async function follow(operator: Operator, command: string) {
  if (!command.includes(" parity ")) return operator.run(command);
  const proof = command.replace(String(AS_IN_THE_GUIDE), String(REQUIRED));
  expect(proof).not.toBe(command);
  for (let round = 1; ; round += 1) {
    for (let user = 0; user < REQUIRED; user += 1) await operator.askAsNewUser([...SIZES, 100 + round * 100 + user]);
    await vi.waitFor(async () => expect((await operator.readStatus()).waiting).toBe(0), { timeout: 60_000 });
    const ran = await operator.run(proof);
    if (ran.exitCode === 0 || round === ROUNDS) return ran;
  }
}
