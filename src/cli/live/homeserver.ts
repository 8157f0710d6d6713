import type { Config } from "../../config/config.ts";
import { loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import { ask, describeReply, jsonOf, type Reply } from "./ask.ts";
import { note, ok, problem, skipped, type Finding } from "./finding.ts";

/** A token that belongs to no user. */
const UNKNOWN_TOKEN = { Authorization: "Bearer media-bridge-check" };

/** Does the homeserver answer, and does whoami work? */
export async function checkHomeserver(config: Config): Promise<Finding[]> {
  const { homeserver } = config.mediaBridge;
  if (homeserver === undefined)
    return [skipped("the homeserver", "tokens come from tokens_file, and no homeserver is asked")];
  const url = `${homeserver.url}/_matrix/client/v3/account/whoami`;
  const refused = await ask(url, { headers: UNKNOWN_TOKEN });
  if (refused.status === undefined) {
    return [
      problem(
        `the homeserver does not answer: ${refused.failure}`,
        `start it, or correct media_bridge.homeserver.url (${homeserver.url})`,
      ),
      skipped("whoami, the versions and the administrator's token", "the homeserver does not answer"),
    ];
  }
  if (refused.status !== 401 || jsonOf(refused)["errcode"] !== "M_UNKNOWN_TOKEN") {
    return [
      problem(
        `whoami answers ${describeReply(refused)} to a made-up token, not 401 M_UNKNOWN_TOKEN`,
        `media_bridge.homeserver.url (${homeserver.url}) must lead to Synapse's client API`,
      ),
      skipped("the versions and the administrator's token", "whoami is not answered by a Synapse"),
    ];
  }
  const told = await ask(`${homeserver.url}/_matrix/client/versions`);
  if (told.status !== 200 || !Array.isArray(jsonOf(told)["versions"])) {
    return [
      problem(
        `the homeserver does not tell its versions: ${describeReply(told)}`,
        "let /_matrix/client/versions through to it: where it does not answer one request, this tells whether it answers at all",
      ),
      skipped("the administrator's token", "the homeserver does not tell its versions"),
    ];
  }
  const { admin } = loadHomeserverTokens(homeserver);
  if (admin === undefined) {
    return [
      ok("the homeserver answers, and whoami refuses a made-up token"),
      skipped("the administrator's token and API", "homeserver.admin_token_file is not set"),
    ];
  }
  const known = await ask(url, { headers: { Authorization: `Bearer ${admin}` } });
  const findings = [describeAdministrator(known, config.serverName, homeserver.url)];
  const listed = await ask(`${homeserver.url}/_synapse/admin/v1/statistics/users/media?limit=1`, {
    headers: { Authorization: `Bearer ${admin}` },
  });
  findings.push(
    listed.status === 200
      ? ok("Synapse's administrator's API tells what users uploaded")
      : problem(
          `Synapse's administrator's API answers ${describeReply(listed)}`,
          "the token must be an administrator's, and homeserver.url must reach /_synapse/admin",
        ),
  );
  return findings;
}

function describeAdministrator(known: Reply, serverName: string, url: string): Finding {
  const userId = String(jsonOf(known)["user_id"]);
  if (known.status !== 200) {
    return problem(
      `whoami answers ${describeReply(known)} to the administrator's token`,
      "put a token that is valid into homeserver.admin_token_file",
    );
  }
  if (userId.slice(userId.indexOf(":") + 1) !== serverName) {
    return problem(
      `whoami names ${userId}, who is not a user of server_name (${serverName})`,
      `media_bridge.homeserver.url (${url}) must lead to the homeserver of that name; correct it, or server_name`,
    );
  }
  return ok(`whoami knows the administrator's token: ${userId}`);
}

/** Do both sides take uploads of the same size? */
async function checkMaximum({ maxUploadSizeBytes, mediaBridge }: Config, url: string): Promise<Finding> {
  const token = mediaBridge.homeserver && loadHomeserverTokens(mediaBridge.homeserver).admin;
  if (token === undefined) {
    return skipped(
      "Synapse's max_upload_size",
      "Synapse tells it only to users, and homeserver.admin_token_file is not set",
    );
  }
  const headers = { Authorization: `Bearer ${token}` };
  const reply = await ask(`${url}/_matrix/client/v1/media/config`, { headers });
  const theirs = jsonOf(reply)["m.upload.size"];
  if (reply.status !== 200 || typeof theirs !== "number") {
    return skipped("Synapse's max_upload_size", `its media configuration answers ${describeReply(reply)}`);
  }
  if (theirs === maxUploadSizeBytes) return ok(`max_upload_size is ${theirs} bytes here and in Synapse`);
  const both = `max_upload_size is ${maxUploadSizeBytes} bytes here and ${theirs} in Synapse`;
  return theirs < maxUploadSizeBytes
    ? problem(
        `${both}: an upload of a size between the two is sent to Synapse before it is refused`,
        "set the same max_upload_size on both sides, or name Synapse's file here with --config",
      )
    : note(`${both}: this service's applies, and clients are told so`);
}

/** Does the Synapse that keeps media answer, with its media repository on? */
export async function checkUpstream(config: Config): Promise<Finding[]> {
  const { upstream } = config.mediaBridge;
  if (upstream === undefined)
    return [skipped("the upstream", "there is no media_bridge.upstream; this service keeps media by itself")];
  const reply = await ask(`${upstream.url}/_matrix/client/v1/media/config`, { headers: UNKNOWN_TOKEN });
  if (reply.status === 401) {
    const answers = ok("the Synapse of upstream.url answers, with its media repository on");
    if (upstream.mode === "guard") return [answers, await checkMaximum(config, upstream.url)];
    return [answers, skipped("Synapse's max_upload_size", "uploads are not sent to it")];
  }
  if (reply.status === undefined) {
    return [
      problem(
        `the Synapse of upstream.url does not answer: ${reply.failure}`,
        `start it, or correct media_bridge.upstream.url (${upstream.url})`,
      ),
      skipped("Synapse's max_upload_size", "it does not answer"),
    ];
  }
  return [
    problem(
      `the Synapse of upstream.url answers ${describeReply(reply)} where its media repository would ask for a token`,
      "set enable_media_repo: true there, with the resource media in its listener, and name its own address, not that of a proxy",
    ),
  ];
}
