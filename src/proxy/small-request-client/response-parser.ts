import type { RawHeaders } from "../headers.ts";

/** Longer than any answer of Synapse, or of a proxy in front of it, to an upload. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
/** More than Node allows for a request. */
const MAX_HEAD_BYTES = 64 * 1024;
/** The size of everything around a body: interim answers, extensions of chunks, trailers. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** An answer that has fully arrived. */
export interface BufferedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/;
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Extensions of chunks are ignored. They are parsed only so that no line is taken for one. RFC 9112, section 7.1.1. */
const CHUNK_LINE =
  /^([0-9A-Fa-f]{1,8})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !\x23-\x5b\x5d-\x7e]|\\[\t\x20-\x7e])*"))?)*$/;
const FRAMING = /^(?:content-length|transfer-encoding)$/i;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/;
/** What no head may hold: control characters, and half a line end. */
const NOT_IN_HEAD = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;

type Part = "head" | "sized" | "until-close" | "chunk-line" | "chunk" | "chunk-end" | "trailers" | "over";

/**
 * Parses one small answer to a `POST` or `PUT` as it arrives. RFC 9112, sections 4 to 7. Anything that leaves the end
 * of the answer in doubt is an error, never a guess.
 */
export class ResponseParser {
  #part: Part = "head";
  /** The data of a part that has not fully arrived. */
  #rest: Buffer = Buffer.alloc(0);
  #head: Omit<BufferedResponse, "body"> | undefined;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  #fedBytes = 0;
  /** The missing bytes of the body, or of the current chunk. */
  #leftBytes = 0;
  #canReuse = false;

  /** Takes new data. Returns the answer once it is complete; throws where it cannot be one. */
  feed(chunk: Buffer): BufferedResponse | undefined {
    this.#fedBytes += chunk.length;
    if (this.#fedBytes > MAX_ANSWER_BYTES + MAX_FRAME_BYTES) throw new Error("the answer is too long");
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#part !== "over" && this.#step()) {
      // Part by part.
    }
    if (this.#part !== "over") return undefined;
    if (this.#rest.length > 0) throw new Error("something follows the answer");
    return this.#answer();
  }

  /** The answer that the end of the connection completes; throws where it cuts one short. */
  end(): BufferedResponse {
    if (this.#part !== "until-close") throw new Error("the answer is cut short");
    return this.#answer();
  }

  /** Whether another answer may come over the same connection. */
  get canReuse(): boolean {
    return this.#part === "over" && this.#canReuse;
  }

  #answer(): BufferedResponse {
    if (!this.#head) throw new Error("there is no answer");
    const [first = Buffer.alloc(0)] = this.#body;
    const { status, statusText, headers } = this.#head;
    return { status, statusText, headers, body: this.#body.length > 1 ? Buffer.concat(this.#body) : first };
  }

  /** Whether there was enough data to continue. */
  #step(): boolean {
    switch (this.#part) {
      case "head": {
        const head = this.#until("\r\n\r\n");
        if (head !== undefined) this.#readHead(head);
        return head !== undefined;
      }
      case "chunk-line": {
        const line = this.#until("\r\n");
        if (line !== undefined) this.#readChunkLine(line);
        return line !== undefined;
      }
      case "chunk-end":
      case "trailers": {
        const line = this.#until("\r\n");
        if (line === undefined) return false;
        if (this.#part === "trailers") this.#readTrailer(line);
        else if (line === "") this.#part = "chunk-line";
        else throw new Error("a chunk is longer than it says");
        return true;
      }
      default:
        return this.#readBody();
    }
  }

  #readHead(text: string): void {
    const [first = "", ...lines] = text.split("\r\n");
    const [line, minor, status, statusText = ""] = STATUS_LINE.exec(first) ?? [];
    if (line === undefined || NOT_IN_HEAD.test(text)) throw new Error("this is not HTTP/1.1");
    const headers = lines.flatMap(readField);
    const frame = readFrame(headers, minor === "1");
    // An interim answer, such as "103 Early Hints".
    if (Number(status) < 200) {
      if (status === "101") throw new Error("the server answers in another protocol");
      if (frame.isLast || frame.isChunked || frame.bytes !== undefined)
        throw new Error("an interim answer has a body, or is the last");
      return;
    }
    this.#head = { status: Number(status), statusText, headers };
    this.#canReuse = !frame.isLast;
    this.#frame(Number(status), frame);
  }

  /** RFC 9112, section 6.3. */
  #frame(status: number, { bytes, isChunked }: Frame): void {
    if (status === 204 && isChunked) throw new Error("the answer has no clear length");
    if (status === 204 || status === 304) {
      this.#part = "over";
    } else if (isChunked) {
      this.#part = "chunk-line";
    } else if (bytes !== undefined) {
      this.#leftBytes = bytes;
      this.#part = bytes > 0 ? "sized" : "over";
    } else {
      this.#part = "until-close";
    }
  }

  #readTrailer(line: string): void {
    if (line === "") this.#part = "over";
    // Trailers are not used; a malformed one may be a sign that the end is elsewhere.
    else if (NOT_IN_HEAD.test(line)) throw new Error("a trailer of the answer is malformed");
    else if (FRAMING.test(readField(line)[0])) throw new Error("the answer has no clear length");
  }

  #readChunkLine(line: string): void {
    const [, size] = CHUNK_LINE.exec(line) ?? [];
    if (size === undefined) throw new Error("a chunk has no clear length");
    this.#leftBytes = parseInt(size, 16);
    this.#part = this.#leftBytes > 0 ? "chunk" : "trailers";
  }

  #readBody(): boolean {
    const isEndless = this.#part === "until-close";
    const bytes = isEndless ? this.#rest.length : Math.min(this.#leftBytes, this.#rest.length);
    if (bytes === 0) return false;
    this.#body.push(this.#rest.subarray(0, bytes));
    this.#bodyBytes += bytes;
    if (this.#bodyBytes > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
    this.#rest = this.#rest.subarray(bytes);
    this.#leftBytes -= bytes;
    if (!isEndless && this.#leftBytes === 0) this.#part = this.#part === "chunk" ? "chunk-end" : "over";
    return true;
  }

  /** One character for each byte before `end`, which is removed as well. */
  #until(end: string): string | undefined {
    const length = this.#rest.indexOf(end, 0, "latin1");
    if (length === -1) {
      if (this.#rest.length > MAX_HEAD_BYTES) throw new Error("a line of the answer is too long");
      return undefined;
    }
    const text = this.#rest.toString("latin1", 0, length);
    this.#rest = this.#rest.subarray(length + end.length);
    return text;
  }
}

/** What a head says about where its answer ends. */
interface Frame {
  /** The length of the body, where the head gives it. */
  readonly bytes: number | undefined;
  readonly isChunked: boolean;
  /** Whether the connection ends after the answer. */
  readonly isLast: boolean;
}

/**
 * Throws where a head contradicts itself, or says something twice: another reader may choose differently. RFC 9112,
 * sections 6.1 and 6.2.
 */
function readFrame(headers: RawHeaders, isHttp11: boolean): Frame {
  const [lengths, encodings] = [valuesOf(headers, "content-length"), valuesOf(headers, "transfer-encoding")];
  const [length, encoding] = [lengths[0], encodings[0]];
  const isClear =
    lengths.length + encodings.length <= 1 &&
    (length === undefined || /^\d{1,15}$/.test(length)) &&
    // There were none before HTTP/1.1.
    (encoding === undefined || (isHttp11 && encoding.toLowerCase() === "chunked"));
  if (!isClear) throw new Error("the answer has no clear length");
  const connection = [...valuesOf(headers, "connection"), ...valuesOf(headers, "proxy-connection")].join();
  return {
    bytes: length === undefined ? undefined : Number(length),
    isChunked: encoding !== undefined,
    isLast: !isHttp11 || CLOSE.test(connection.toLowerCase()),
  };
}

function valuesOf(headers: RawHeaders, wanted: string): string[] {
  return headers.filter((_value, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === wanted);
}

function readField(field: string): [name: string, value: string] {
  const colon = field.indexOf(":");
  const name = field.slice(0, Math.max(0, colon));
  if (!FIELD_NAME.test(name)) throw new Error("a header of the answer is malformed");
  // Some readers treat a tab as part of the value.
  if (FRAMING.test(name) && field.includes("\t")) throw new Error("the answer has no clear length");
  return [name, withoutBlanks(field, colon + 1)];
}

/** The text from `start` on, without the blanks around it: space and tab, the two that RFC 9110 has. */
function withoutBlanks(text: string, start: number): string {
  let [from, to] = [start, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
