import { basename } from "node:path";
import type { ShadowKey } from "../differences/shadow-key.ts";

const USER_ID = /@[^\s:"'\\<>(),]+:(\[[0-9a-fA-F:.]+\](?::\d+)?|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?)/g;
const HOST_OF_URL = /(https?:\/\/)([^/\s"'\\?#<>]+)/g;

/**
 * Replaces user ids, names of servers and hosts of URLs wherever they are, by texts that stand for them: the same
 * everywhere in one installation, and of no meaning elsewhere.
 */
export class Anonymizer {
  readonly #key: ShadowKey;
  /** Names that are replaced wherever a text contains them, the longest first. */
  #known: readonly string[] = [];

  /** `servers`: names that are known to be those of servers. */
  constructor(key: ShadowKey, servers: readonly string[]) {
    this.#key = key;
    this.learn(servers);
  }

  /** Learns names of servers, and user ids of a form that cannot be found in a text. */
  learn(names: readonly string[]): void {
    const all = new Set([...this.#known, ...names.filter((name) => name !== "")]);
    this.#known = [...all].toSorted((a, b) => b.length - a.length);
  }

  /** The same value with all names replaced; the paths of files are cut to their last part. */
  replace<T>(value: T): T {
    return this.#replace(value) as T;
  }

  #replace(value: unknown): unknown {
    if (typeof value === "string") return this.#replaceText(value);
    if (Array.isArray(value)) return value.map((item) => this.#replace(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.#replaceText(name), this.#replace(member)]),
    );
  }

  #replaceText(text: string): string {
    // A module by its path.
    if (/^\/\S*\.[cm]?[jt]s$/.test(text)) return basename(text);
    let replaced = text;
    for (const name of this.#known) {
      if (replaced.includes(name)) replaced = replaced.replaceAll(name, () => this.#standIn(name));
    }
    return replaced
      .replaceAll(USER_ID, (id: string) => this.#standIn(id))
      .replaceAll(HOST_OF_URL, (_, scheme: string, host: string) => scheme + this.#standIn(host));
  }

  #standIn(name: string): string {
    if (name.endsWith(".invalid")) return name;
    const colon = name.indexOf(":");
    if (!name.startsWith("@") || colon === -1) return `${this.#key.hide(name, 12)}.invalid`;
    return `@${this.#key.hide(name, 12)}:${this.#standIn(name.slice(colon + 1))}`;
  }
}
