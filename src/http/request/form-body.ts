import type { IncomingMessage } from "node:http";
import { matrixError } from "../../errors.ts";

/** Names of forms, wherever they come in the value, and RFC 2047's encoded words, which may decode to one. */
const COULD_BE_FORM = /x-www-form-urlencoded|form-data|=\?/i;

/**
 * Throws 415 where Synapse could take the body of a `POST` for a form. Its HTTP server, Twisted, puts the parameters of a form in the
 * place of those of the query: who uploads, and under which name, would be decided here by the query and there by the body. Each of
 * several `Content-Type` headers counts: who reads which of them is not known.
 */
export function refuseFormBody({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): void {
  const couldBeForm = rawHeaders.some(
    (value, index) =>
      index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "content-type" && COULD_BE_FORM.test(value),
  );
  if (couldBeForm) throw matrixError("FORM_BODY");
}
