/** What a fixture's test is about. */
export interface FixtureTest {
  /** The names of the original and of the candidate, for people. */
  readonly original: string;
  readonly candidate: string;
  /** The file of the candidate relative to the test, or the name of a package. */
  readonly specifier: string;
  /** The file with the questions, beside the test. */
  readonly questionsFile: string;
  /** The file with the candidate's configuration, beside the test. */
  readonly configFile: string;
}

/**
 * The source of a vitest file that asks the candidate the questions of a fixture and expects the answers of the
 * original: it fails until the candidate is mended.
 */
export function fixtureTestSource(options: FixtureTest): string {
  const { original, candidate, specifier, questionsFile, configFile } = options;
  const isFile = /^\.{0,2}\//.test(specifier);
  const module = isFile ? `new URL(${text(specifier)}, import.meta.url)` : `import.meta.resolve(${text(specifier)})`;
  return `// What ${comment(original)} answered, and ${comment(candidate)} did not. Written by \`media-bridge parity --fixture\`.
import { afterAll, expect, test } from "vitest";
import { compareAnswer, loadModule, readFixture } from "synapse-media-bridge/testing";

const fixture = readFixture(new URL(${text(questionsFile)}, import.meta.url));
// The candidate's configuration, which may hold secrets.
const config = fixture.readConfig(new URL(${text(configFile)}, import.meta.url));
const module = await loadModule(${module}, config);

afterAll(() => module.stop());

// A question about a file needs the file: put it into a folder "files" beside this test, named after its SHA-256.
for (const question of fixture.questions) {
  test.skipIf(question.lacksFile)(question.title, async () => {
    expect(await compareAnswer(module, question)).toEqual({ class: "same" });
  });
}
`;
}

function text(value: string): string {
  return JSON.stringify(value);
}

/** A text within a comment of one line. */
function comment(value: string): string {
  return value.replaceAll(/[\p{C}\u2028\u2029]/gu, "?");
}
