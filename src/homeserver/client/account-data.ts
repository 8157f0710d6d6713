import type { JsonAnswer } from "./json-answer.ts";
import { pathOf } from "./path.ts";
import { unlessNotFound } from "./refusal.ts";
import type { HomeserverRequests } from "./request.ts";

/** `GET /user/{userId}/account_data/{type}`, as the user; undefined where there is none of the type. */
export function askAccountData(
  requests: HomeserverRequests,
  userId: string,
  type: string,
): Promise<JsonAnswer | undefined> {
  return unlessNotFound(
    requests.send({
      what: "get_account_data",
      method: "GET",
      path: pathOf`/_matrix/client/v3/user/${userId}/account_data/${type}`,
      as: { userId },
    }),
  );
}

/** `PUT /user/{userId}/account_data/{type}`, as the user: replaces what is there. `contentText` is a JSON object. */
export async function putAccountData(
  requests: HomeserverRequests,
  userId: string,
  type: string,
  contentText: string,
): Promise<void> {
  await requests.send({
    what: "put_account_data",
    method: "PUT",
    path: pathOf`/_matrix/client/v3/user/${userId}/account_data/${type}`,
    bodyText: contentText,
    as: { userId },
  });
}
