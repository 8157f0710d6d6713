import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createFolder, removeFolder, SERVER_NAME, writeFaultConfig } from "../support/folder.ts";
import { type FaultyService, startFaultyService } from "../support/service.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { FAULTS } from "./faults.ts";
import { removeRule, writeRule } from "./rule.ts";
import { diskEnvironment } from "./shim.ts";

const ADMIN = "/_synapse/admin/v1";
const BOB = `@bob:${SERVER_NAME}`;
/** More than one commit takes. */
const MANY = 130;
/** What an administrator is answered while the disk fails in these ways. */
const STATUSES: Readonly<Record<string, number>> = { "no space": 507, "read-only": 500, broken: 500 };

/** What an administrator does to media: to one of alice's, to all of one content, to all of bob's. */
const DEEDS: Readonly<Record<string, (media: Media) => readonly [method: string, path: string]>> = {
  protect: ({ one }) => ["POST", `/media/protect/${one}`],
  quarantine: ({ same: [id] }) => ["POST", `/media/quarantine/${SERVER_NAME}/${id}`],
  release: ({ same: [id] }) => ["POST", `/media/unquarantine/${SERVER_NAME}/${id}`],
  "quarantine of a user": () => ["POST", `/user/${BOB}/media/quarantine`],
  delete: ({ one }) => ["DELETE", `/media/${SERVER_NAME}/${one}`],
  "deletion of a user's": () => ["DELETE", `/users/${BOB}/media?limit=1000`],
  "deletion by date": () => ["POST", "/media/delete?before_ts=4000000000000&keep_profiles=false"],
};

interface Media {
  readonly one: string;
  readonly same: readonly string[];
}

/** What administrators write, on a disk that is full or fails: they are told so, and nothing is half done. */
export async function runFullDisk({ note }: Pick<FaultOptions, "note">): Promise<FaultResult> {
  const result = { passed: 0, failed: 0 };
  const folder = createFolder();
  const rule = `${folder}.rule`;
  try {
    const config = writeFaultConfig(folder, { config: { max_pending_media_uploads: 1e6 } });
    const token = { user_id: `@admin:${SERVER_NAME}`, admin: true };
    const users = ["alice", "bob"].map((name) => [`token-of-${name}`, { user_id: `@${name}:${SERVER_NAME}` }]);
    const tokens = Object.fromEntries([...users, ["token-of-admin", token]]);
    writeFileSync(join(folder, "tokens.yaml"), JSON.stringify(tokens), { mode: 0o600 });
    const service = await startFaultyService(config, diskEnvironment({ root: folder, rule }));
    const disk = new Disk(service, rule);
    const one = await disk.upload("alice", randomBytes(100));
    const body = randomBytes(200);
    const same: string[] = [];
    while (same.length < MANY) same.push(await disk.upload("alice", body), await disk.upload("bob", randomBytes(50)));
    for (const [deed, request] of Object.entries(DEEDS)) {
      const [method, path] = request({ one, same: same.filter((_, index) => index % 2 === 0) });
      const wrong: string[] = [];
      for (const [fault, status] of Object.entries(STATUSES))
        wrong.push(...(await disk.refuse(method, path, fault, status)));
      wrong.push(...(await disk.carryOut(method, path)));
      if (wrong.length === 0) result.passed += 1;
      else result.failed += 1;
      for (const text of wrong) note(`${deed}: ${text}`);
    }
    await service.end("SIGTERM");
  } finally {
    removeFolder(folder);
    rmSync(rule, { force: true });
  }
  return result;
}

/** A service whose disk can fail, as an administrator sees it. */
class Disk {
  readonly #service: FaultyService;
  readonly #rule: string;
  #refused = 0;

  constructor(service: FaultyService, rule: string) {
    this.#service = service;
    this.#rule = rule;
  }

  async upload(as: string, body: Buffer): Promise<string> {
    const answer = await this.#service.request("/_matrix/media/v3/upload", { method: "POST", body, as });
    const { content_uri: uri } = (await answer.json()) as { content_uri: string };
    return uri.split("/").at(-1) ?? "";
  }

  /** What is wrong where the disk fails from the first call on: the request is refused, and everything is as it was. */
  async refuse(method: string, path: string, fault: string, wanted: number): Promise<string[]> {
    const before = await this.#state();
    const rule = FAULTS[fault];
    if (rule === undefined) throw new Error(`an unknown fault: ${fault}`);
    writeRule(this.#rule, { ...rule, part: "media.db" });
    const { status, text } = await this.#ask(method, path);
    removeRule(this.#rule);
    const wrong = [];
    const isWorded = status !== 507 || text.includes("is full");
    if (status !== wanted || !text.includes('"M_UNKNOWN"') || !isWorded)
      wrong.push(`${fault}: answered ${status} ${text}`);
    this.#refused += 1;
    if (!(await this.#isLoggedOnce()))
      wrong.push(`${fault}: there are other lines in the log than one for each refusal`);
    const after = await this.#state();
    if (after !== before) wrong.push(`${fault}: it is not as it was`);
    return wrong;
  }

  /** What is wrong where the disk fails in the middle, then no more: the repeated request completes it. */
  async carryOut(method: string, path: string): Promise<string[]> {
    const wrong: string[] = [];
    for (let first = 2; ; first += 3) {
      writeRule(this.#rule, { operations: ["write"], error: "ENOSPC", part: "media.db", first, count: 1 });
      const { status, text } = await this.#ask(method, path);
      removeRule(this.#rule);
      if (status === 200) break;
      this.#refused += 1;
      if (status !== 507) wrong.push(`in the middle: answered ${status} ${text}`);
      wrong.push(...(await this.#findHalf()));
      if (first > 300) return [...wrong, "it is never done"];
    }
    return [...wrong, ...(await this.#findHalf())];
  }

  async #ask(method: string, path: string): Promise<{ status: number; text: string }> {
    const answer = await this.#service.request(ADMIN + path, { method, as: "admin" });
    return { status: answer.status, text: await answer.text() };
  }

  /** Everything that an administrator can see. */
  async #state(): Promise<string> {
    const lists = ["alice", "bob"].map((name) => `/users/@${name}:${SERVER_NAME}/media?limit=1000`);
    const answers = [...lists, "/media/quarantine_changes", "/statistics/users/media"].map((path) =>
      this.#ask("GET", path),
    );
    const texts = (await Promise.all(answers)).map(({ text }) => text);
    // What was read is written once a minute.
    return texts.join("\n").replaceAll(/"last_access_ts":\w+/g, "");
  }

  /** Media that is listed and cannot be read, or is quarantined and can. */
  async #findHalf(): Promise<string[]> {
    const wrong: string[] = [];
    for (const name of ["alice", "bob"]) {
      const { text } = await this.#ask("GET", `/users/@${name}:${SERVER_NAME}/media?limit=1000`);
      const { media } = JSON.parse(text) as { media: { media_id: string; quarantined_by: string | null }[] };
      // A tenth is enough: a piece of a hundred shows.
      for (const { media_id: id, quarantined_by: by } of media.filter((_, index) => index % 10 === 0)) {
        const { status } = await this.#service.request(`/_matrix/client/v1/media/download/${SERVER_NAME}/${id}`, { method: "HEAD" }); // prettier-ignore
        if (status !== (by === null ? 200 : 404)) wrong.push(`${id}, quarantined by ${by}, is answered ${status}`);
      }
    }
    return wrong;
  }

  /** The log comes by a way of its own, a little later. */
  async #isLoggedOnce(): Promise<boolean> {
    while (this.#failures() < this.#refused) await setImmediate();
    return this.#failures() === this.#refused;
  }

  #failures(): number {
    return this.#service
      .output()
      .split("\n")
      .filter((line) => line.includes('"msg":"request failed"')).length;
  }
}
