import type { z } from "zod";
import { HomeserverError } from "../homeserver-error.ts";

/**
 * The JSON text of a successful answer, read when it is asked for: Python modules get the text itself, so that numbers
 * stay what they are.
 */
export class JsonAnswer {
  readonly text: string;
  readonly #what: string;

  /** @param what the call, for messages */
  constructor(text: string, what: string) {
    this.text = text;
    this.#what = what;
  }

  /**
   * The value. Throws a {@link HomeserverError} `HOMESERVER_BAD_ANSWER` for an answer that is not JSON or has another
   * shape.
   */
  read<T>(schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(this.#parse());
    if (parsed.success) return parsed.data;
    const places = parsed.error.issues.slice(0, 5).map((issue) => issue.path.join(".") || "the body");
    throw new HomeserverError("HOMESERVER_BAD_ANSWER", `${this.#what}: an answer without a valid ${places.join(", ")}`);
  }

  #parse(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new HomeserverError("HOMESERVER_BAD_ANSWER", `${this.#what}: an answer that is not JSON`);
    }
  }
}
