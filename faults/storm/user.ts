import { SERVER_NAME } from "../support/folder.ts";
import { createUpload, idIn, makeUpload, nameAnswer, type Upload } from "./client.ts";
import { LIMITS, type Kind } from "./modules.ts";
import { findStored } from "./rows.ts";
import type { Storm } from "./storm.ts";
import { isAllowedSize, rightAnswers, STORED } from "./verdict.ts";

/** How many uploads a user without limits makes. */
const FREE_UPLOADS = 12;
/** How often a limit refuses a user before the user leaves. */
const REFUSALS = 3;
/** Of stored media, the part that is looked at at once. */
const LOOKED_AT = 0.2;

/** Of pictures that are stored, the part whose thumbnails are asked for at once. */
const PICTURES_LOOKED_AT = 0.6;

/** Of the media of users without limits, the part that is deleted. */
const DELETED = 0.8;

/** One user, who uploads until a limit has refused it a few times, one to three at once. */
export class StormUser {
  readonly name: string;
  readonly kind: Kind;
  /** What was acknowledged. */
  storedBytes = 0;

  readonly #storm: Storm;
  readonly #folder: string;
  #refusals = 0;

  constructor(storm: Storm, folder: string, kind: Kind, number: number) {
    this.#storm = storm;
    this.#folder = folder;
    this.kind = kind;
    this.name = `${kind}${number}`;
  }

  async upload(): Promise<void> {
    const { random } = this.#storm;
    for (let made = 0; !this.#storm.isOver && this.#refusals < REFUSALS;) {
      const batch = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        createUpload(this.name, this.kind, random),
      );
      const bytes = batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      await Promise.all(batch.map((upload) => this.#make(upload, bytes - upload.sizeBytes)));
      made += batch.length;
      if (this.kind === "free" && made >= FREE_UPLOADS) return;
    }
  }

  /** An upload that fills the user's limit to the byte is right, after one that is a byte too large is not. */
  async fill(): Promise<void> {
    const left = LIMITS[this.kind] - this.storedBytes;
    const asked = { kind: this.kind, mark: "---", isChunked: false };
    // Sizes that no module refuses.
    const first = Array.from({ length: 200 }, (_none, index) => 3 + index).find((bytes) =>
      [bytes, left - bytes, left - bytes + 1].every((size) => size >= 3 && isAllowedSize(size)),
    );
    if (first === undefined) return;
    for (const sizeBytes of [first, left - first + 1, left - first]) {
      await this.#make(makeUpload({ ...asked, sizeBytes }, this.name), 0);
    }
    this.#storm.check(
      this.storedBytes === LIMITS[this.kind],
      () => `${this.name} could store ${this.storedBytes} bytes`,
    );
  }

  /** Repeats an upload until it is decided. `besideBytes`: what the user's other uploads send at the same time. */
  async #make(upload: Upload, besideBytes: number): Promise<void> {
    const storm = this.#storm;
    const id = storm.random() < 0.3 ? await this.#create() : undefined;
    const what = `${id === undefined ? "POST" : `PUT ${id}`} by ${this.name} of ${upload.sizeBytes} bytes, ${upload.mark}`;
    // What is stored when the answer comes may be more than when it was asked for.
    let leastBytes = this.storedBytes;
    const outcome = await storm.ask(
      what,
      (client) => {
        leastBytes = this.storedBytes;
        return client.upload(upload, id);
      },
      () => this.#isStored(upload),
    );
    if (outcome === "done") return;
    const name = nameAnswer(outcome.answer);
    const usage = { leastBytes, mostBytes: leastBytes + besideBytes };
    const right = rightAnswers(upload, usage, outcome.isPythonWhole);
    storm.check(
      right.has(name),
      () =>
        `${what}${upload.isChunked ? ", chunked" : ""}, with ${JSON.stringify(usage)}: ${name} instead of ${[...right].join(" or ")}`,
    );
    if (name === STORED) this.#keep(upload, id ?? idIn(outcome.answer));
    else if (/LIMIT/.test(name)) this.#refusals += 1;
    if (name !== STORED) return;
    const storedId = id ?? idIn(outcome.answer);
    if (storm.random() < LOOKED_AT) await storm.look(storedId);
    if (storm.random() < PICTURES_LOOKED_AT) await storm.lookAtThumbnails(storedId);
    // What is deleted counts no more: only users without limits have media deleted, also while thumbnails are made of it.
    if (this.kind === "free" && storm.random() < DELETED) await storm.delete(storedId);
  }

  async #create(): Promise<string> {
    const outcome = await this.#storm.ask(`create by ${this.name}`, (client) => client.create(this.name));
    if (outcome === "done") return "";
    this.#storm.check(outcome.answer.status === 200, () => `create by ${this.name}: ${nameAnswer(outcome.answer)}`);
    const id = idIn(outcome.answer);
    this.#storm.created.set(id, this.name);
    return id;
  }

  /** Whether an upload of which no answer came was stored before the service was killed. */
  #isStored(upload: Upload): boolean {
    const id = findStored(this.#folder, `@${this.name}:${SERVER_NAME}`, upload.sha256);
    if (id !== undefined) this.#keep(upload, id);
    return id !== undefined;
  }

  #keep(upload: Upload, id: string): void {
    this.storedBytes += upload.sizeBytes;
    this.#storm.created.delete(id);
    this.#storm.stored.set(id, upload);
  }
}
