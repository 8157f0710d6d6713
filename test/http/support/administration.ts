import { startFakeHomeserver, type FakeHomeserver } from "../../../src/testing/fake-homeserver.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../support/service.ts";

/** The paths of Synapse's Admin API of media. */
export const ADMIN = "/_synapse/admin/v1";

/** What an administrator is answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A service whose users and rooms a fake homeserver knows. */
export interface AdministeredService {
  readonly service: TestService;
  readonly homeserver: FakeHomeserver;
  /** A request with the token of a user, `@admin:example.test` where no other is named. */
  readonly ask: (method: string, path: string, options?: { by?: string; body?: string }) => Promise<AdminAnswer>;
  /** Uploads a text as a user and answers its id. */
  readonly upload: (text: string, options?: { by?: string; query?: string; type?: string }) => Promise<string>;
  /** The status of a download. */
  readonly download: (mediaId: string, options?: { by?: string; query?: string }) => Promise<number>;
  /** The `media_info` of media. */
  readonly info: (mediaId: string) => Promise<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}

const FORBIDDEN = { status: 403, body: { errcode: "M_FORBIDDEN", error: "You are not a server admin" } };

/**
 * Starts both. The homeserver has the accounts alice, bob, carol, dave and admin, whose display names are their names; only
 * admin may read accounts.
 */
export async function startAdministered(options: TestServiceOptions = {}): Promise<AdministeredService> {
  const homeserver = await startFakeHomeserver();
  for (const name of ["alice", "bob", "carol", "dave", "admin"]) {
    const userId = userIdOf(name);
    homeserver.tokenOf(userId);
    homeserver.answer("GET", `/_synapse/admin/v2/users/${userId}`, ({ token }) =>
      token === homeserver.tokenOf(userIdOf("admin")) ? { body: { name: userId, displayname: name } } : FORBIDDEN,
    );
  }
  homeserver.answer("GET", `/_synapse/admin/v2/users/${userIdOf("nobody")}`, () => ({
    status: 404,
    body: { errcode: "M_NOT_FOUND", error: "User not found" },
  }));
  const service = await startTestService({
    ...options,
    mediaBridge: {
      tokens_file: undefined,
      ...options.mediaBridge,
      homeserver: { url: homeserver.url, ...(options.mediaBridge?.["homeserver"] as object | undefined) },
    },
  });
  const request = (method: string, path: string, by: string, init: RequestInit = {}) =>
    fetch(service.url + path, {
      ...init,
      method,
      redirect: "manual",
      headers: { Authorization: `Bearer ${homeserver.tokenOf(userIdOf(by))}`, ...(init.headers as object) },
    });
  const ask: AdministeredService["ask"] = async (method, path, { by = "admin", body } = {}) => {
    const answer = await request(method, path, by, body === undefined ? {} : { body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return {
    service,
    homeserver,
    ask,
    async upload(text, { by = "alice", query = "", type = "text/plain" } = {}) {
      const init = { body: text, headers: { "Content-Type": type } };
      const answer = await request("POST", `/_matrix/media/v3/upload${query}`, by, init);
      const { content_uri: uri = "" } = (await answer.json()) as { content_uri?: string };
      return uri.slice("mxc://example.test/".length);
    },
    async download(mediaId, { by = "alice", query = "" } = {}) {
      const answer = await request("GET", `/_matrix/client/v1/media/download/example.test/${mediaId}${query}`, by);
      await answer.arrayBuffer();
      return answer.status;
    },
    async info(mediaId) {
      const { body } = await ask("GET", `${ADMIN}/media/example.test/${mediaId}`);
      return body["media_info"] as Record<string, unknown>;
    },
    async stop() {
      await service.stop();
      await homeserver.stop();
    },
  };
}

function userIdOf(name: string): string {
  return `@${name}:example.test`;
}
