import type { CallerFacts, NewFacts } from "../context/caller.ts";
import type { Asked, AskedContext } from "./asked.ts";

/** What callbacks are told of a request, as data; undefined where nothing but the user is known. */
export function askedContext({ requester, upload, sizeBytes }: CallerFacts): AskedContext | undefined {
  const { isGuest, isAppservice } = requester ?? {};
  if (isGuest === undefined && isAppservice === undefined && upload === undefined) return undefined;
  // Without members that say nothing: it is kept as JSON text.
  return {
    ...(isGuest !== undefined && { isGuest }),
    ...(isAppservice !== undefined && { isAppservice }),
    ...(upload && { upload: { ...upload, sizeBytes } }),
  };
}

/** What a chain must know of a request so that callbacks are told the same again. */
export function factsOf({ user, context = {} }: Pick<Asked, "user" | "context">): NewFacts {
  if (user === undefined) return {};
  const { isGuest: guest, isAppservice: appservice, upload } = context;
  const requester = { userId: user, guest, appservice };
  if (upload === undefined) return { requester };
  const { declaredType, fileName, declaredSizeBytes, sizeBytes } = upload;
  return { requester, upload: { declaredType, fileName, declaredSizeBytes }, sizeBytes };
}
