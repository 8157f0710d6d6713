import type { IncomingMessage } from "node:http";
import { matrixError } from "../../errors.ts";

/** Names of forms, wherever they are in the value, and RFC 2047's encoded words, which may decode to one. */
const COULD_BE_FORM = /x-www-form-urlencoded|form-data|=\?/i;

/**
 * Throws 415 where Synapse could take the body of a `POST` for a form. Its HTTP server, Twisted, lets the parameters of
 * a form replace those of the query: this service would decide by the query who uploads and under which name, and
 * Synapse by the body. Every `Content-Type` header counts, because it is unknown which of them Synapse reads.
 */
export function refuseFormBody({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): void {
  const couldBeForm = rawHeaders.some(
    (value, index) =>
      index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "content-type" && COULD_BE_FORM.test(value),
  );
  if (couldBeForm) throw matrixError("FORM_BODY");
}
