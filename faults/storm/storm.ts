import { createHash } from "node:crypto";
import sharp from "sharp";
import { nameAnswer, type Answer, type Client, type Upload } from "./client.ts";
import type { Tally } from "./tally.ts";
import type { Moment, Victim } from "./victim.ts";

/** Of kills, between two lines that tell how far it is. */
const TOLD_EVERY = 50;
/** One that is made after each upload, and some that are made when a client asks for them. */
const THUMBNAILS = [
  "width=32&height=32&method=crop",
  "width=96&height=40&method=crop",
  "width=90&height=90&method=scale&animated=true",
];

/** Everything that one storm's clients share: what they may rely on from now on, and what was wrong. */
export class Storm {
  readonly victim: Victim;
  readonly random: () => number;
  /** Media that were acknowledged, by id. */
  readonly stored = new Map<string, Upload>();
  /** Media that were deleted since, whether or not the answer came. */
  readonly deleted = new Map<string, string>();
  /** Ids that were created and have no content yet. */
  readonly created = new Map<string, string>();
  /** By answer. */
  readonly answers = new Map<string, number>();
  /** How many thumbnails were answered. */
  thumbnails = 0;
  isOver = false;
  passed = 0;
  failed = 0;

  #told = 0;
  readonly #tally: Tally;
  readonly #note: (text: string) => void;

  constructor(victim: Victim, tally: Tally, random: () => number, note: (text: string) => void) {
    this.victim = victim;
    this.#tally = tally;
    this.random = random;
    this.#note = note;
  }

  check(isRight: boolean, describe: () => string): void {
    if (isRight) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    this.#note(`wrong: ${describe()}\nThe log's end: ${this.victim.lastLines}`);
  }

  /**
   * Makes a request to the service, and repeats it where it was cut short or could not be decided for a valid reason: a
   * kill in the meantime. `whenCut` may find out that it is done nevertheless. Undefined where the storm ends first.
   */
  async ask(
    what: string,
    send: (client: Client) => Promise<Answer>,
    whenCut: () => boolean = () => false,
  ): Promise<{ answer: Answer; isPythonWhole: boolean } | "done"> {
    for (;;) {
      const { client } = this.victim;
      const before = this.victim.moment;
      if (client === undefined) {
        await this.victim.whole();
        continue;
      }
      const answer = await send(client).catch((error: Error) => error);
      this.#tally.add("answers", 1);
      const name = answer instanceof Error ? "cut" : nameAnswer(answer);
      this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
      const isPythonWhole = before.isWhole && this.victim.isWhole && !this.#changed(before, "childKills");
      if (answer instanceof Error) {
        this.check(
          this.#changed(before, "serviceKills"),
          () => `${what}: ${String(answer)}, and the service was not killed`,
        );
        await this.victim.whole();
        if (whenCut()) return "done";
      } else if (answer.status === 503) {
        this.check(!isPythonWhole, () => `${what}: ${answer.body.toString()} while everything was there`);
        this.check(Number(answer.retryAfter) > 0, () => `${what}: ${name} with Retry-After ${answer.retryAfter}`);
        await this.victim.whole();
      } else {
        return { answer, isPythonWhole };
      }
    }
  }

  /** Asks what no Python module has a say in: answered whatever becomes of Python. */
  async askWithoutPython(): Promise<void> {
    const answer = await this.victim.client?.config("free0");
    this.check(answer?.status === 200, () => `config: ${answer && nameAnswer(answer)}`);
  }

  /** Now and then, how far it is. */
  tellProgress(kills: number): void {
    if (kills < this.#told + TOLD_EVERY) return;
    this.#told = kills;
    this.#note(`${kills} kills, ${this.stored.size} media stored, ${this.passed} checks passed, ${this.failed} failed`);
  }

  /** Downloads what was acknowledged, and compares it. */
  async look(id: string): Promise<void> {
    const upload = this.stored.get(id);
    if (upload === undefined) return;
    const outcome = await this.ask(`download of ${id}`, (client) => client.download(upload.user, id));
    if (outcome === "done") return;
    const { answer } = outcome;
    const sha256 = createHash("sha256").update(answer.body).digest("hex");
    this.check(answer.status === 200 && sha256 === upload.sha256, () => {
      return `download of ${id} of ${upload.sizeBytes} bytes: ${nameAnswer(answer)} with ${answer.body.length} bytes`;
    });
  }

  /** Asks for thumbnails of a picture that was acknowledged, and decodes them. */
  async lookAtThumbnails(id: string): Promise<void> {
    const upload = this.stored.get(id);
    if (upload?.pictureType === undefined) return;
    await Promise.all(
      THUMBNAILS.map(async (query) => {
        const what = `thumbnail ${query} of ${id}`;
        const outcome = await this.ask(what, (client) => client.thumbnail(upload.user, id, query));
        if (outcome === "done") return;
        const { answer } = outcome;
        const wrong = answer.status === 200 ? await findUnreadable(answer.body) : nameAnswer(answer);
        this.check(wrong === undefined, () => `${what}: ${wrong}`);
        this.thumbnails += 1;
      }),
    );
  }

  /** Deletes what was acknowledged. A deletion whose answer was cut is repeated, and may be done by then. */
  async delete(id: string): Promise<void> {
    const upload = this.stored.get(id);
    if (upload === undefined) return;
    this.stored.delete(id);
    this.deleted.set(id, upload.user);
    let attempts = 0;
    const outcome = await this.ask(`deletion of ${id}`, (client) => {
      attempts += 1;
      return client.delete(id);
    });
    if (outcome === "done") return;
    const { status } = outcome.answer;
    this.check(status === 200 || (status === 404 && attempts > 1), () => {
      return `deletion of ${id}, attempt ${attempts}: ${nameAnswer(outcome.answer)}`;
    });
  }

  #changed(before: Moment, what: "childKills" | "serviceKills"): boolean {
    return this.victim.moment[what] !== before[what];
  }
}

async function findUnreadable(image: Buffer): Promise<string | undefined> {
  try {
    await sharp(image, { failOn: "warning" }).raw().toBuffer();
    return undefined;
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}
