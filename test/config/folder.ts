import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import type { LoadedConfig } from "../../src/config/config.ts";

/** Writes files into a new folder that goes away with the test; returns the folder. */
export function writeFolder(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A configuration of one file that has what is required, and this. */
export function loadText(topLevel: string, own = ""): LoadedConfig & { readonly folder: string } {
  const folder = writeFolder({ "c.yaml": withRequired(topLevel, own) });
  return { ...loadConfig([join(folder, "c.yaml")]), folder };
}

export function withRequired(topLevel: string, own = ""): string {
  const home = /^ {2}(homeserver|tokens_file):/m.test(own) ? "" : "  tokens_file: ./tokens.yaml\n";
  return `server_name: example.com\n${topLevel}\nmedia_bridge:\n${home}${own}\n`;
}

/** The message with which loading ends, without the folder's name. */
export function loadFailing(files: Record<string, string | Uint8Array>, ...names: string[]): string {
  const folder = writeFolder(files);
  const paths = (names.length > 0 ? names : Object.keys(files)).map((name) => join(folder, name));
  try {
    loadConfig(paths);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "CONFIG") {
      return error.message.replaceAll(`${folder}/`, "");
    }
    throw error;
  }
  throw new Error("the configuration was accepted");
}
