import { expect, vi } from "vitest";
import type { CliEnd, CliFolder } from "../support/cli.ts";

/** In the `config` of every module of these tests, and never in what is printed. */
export const SECRET = "hunter2-hunter2-hunter2";

/**
 * Runs a command that must fail, and holds all that any failure keeps: one error on stderr, no secret, nothing left
 * behind.
 */
export async function refuse(
  folder: CliFolder,
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const before = folder.files();
  const end = await folder.end(command, { environment });
  expectRefused(end);
  await vi.waitFor(() => expect(folder.processes()).toEqual([]));
  // Of its own data alone a start makes something before it hears of its modules.
  const isOwn = (file: string) => command[0] === "start" && file.startsWith("data/");
  expect(folder.files().filter((file) => !isOwn(file))).toEqual(before);
  return end.stderr;
}

/** An end with status 1 and one error of ours on stderr, without any secret in it. */
export function expectRefused({ status, stdout, stderr }: CliEnd): void {
  const said = stdout + stderr;
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain("token-of-");
  expect(stderr).toMatch(/^media-bridge: /m);
  expect(stderr.match(/^media-bridge: /gm)).toHaveLength(1);
  expect(status).toBe(1);
}
