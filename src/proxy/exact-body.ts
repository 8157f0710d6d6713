import { matrixError } from "../errors.ts";
import type { BodySource } from "../util/bodies/body-source.ts";

/** The body of a request, and the length that its head declares: undefined for a chunked body. */
export interface SizedBody {
  readonly source: BodySource;
  readonly sizeBytes: number | undefined;
  /** The most that is sent of a chunked body. */
  readonly maxBytes?: number;
}

/** Counts a body against its declared length. */
export class DeclaredLength {
  readonly #sizeBytes: number | undefined;
  readonly #maxBytes: number;
  #countedBytes = 0;

  constructor({ sizeBytes, maxBytes = Infinity }: Omit<SizedBody, "source">) {
    this.#sizeBytes = sizeBytes;
    this.#maxBytes = maxBytes;
  }

  /**
   * Counts a piece. Throws `BODY_LENGTH_WRONG` where it makes the body longer than declared, and `UPLOAD_TOO_LARGE`
   * past its maximum.
   */
  count(piece: Buffer): void {
    this.#countedBytes += piece.length;
    if (this.#sizeBytes !== undefined && this.#countedBytes > this.#sizeBytes) throw matrixError("BODY_LENGTH_WRONG");
    if (this.#countedBytes > this.#maxBytes) throw matrixError("UPLOAD_TOO_LARGE");
  }

  /** Whether no more bytes may come. */
  get isReached(): boolean {
    return this.#countedBytes === this.#sizeBytes;
  }

  /** Throws where the body ends before its length is reached. */
  end(): void {
    if (this.#sizeBytes !== undefined && !this.isReached) throw matrixError("UPLOAD_INCOMPLETE");
  }
}

/**
 * The same body, but reading it rejects with a 400 for one byte more or less than declared: what is decided by the
 * declared length and what is sent on must not differ, whatever the parser of the request took for its body.
 */
export function exactly({ source, sizeBytes }: SizedBody): BodySource {
  return {
    async read(sink, isAwaited) {
      const length = new DeclaredLength({ sizeBytes });
      await source.read((chunk) => {
        length.count(chunk);
        return sink(chunk);
      }, isAwaited);
      length.end();
    },
  };
}

/** Waits for the end of a body that must be empty. Rejects with a 400 where it is not. */
export async function expectNothing(source: BodySource): Promise<void> {
  await exactly({ source, sizeBytes: 0 }).read(() => undefined);
}
