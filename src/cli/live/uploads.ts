import { randomUUID } from "node:crypto";
import { askControl } from "../../control/control-client.ts";
import { controlSocketPath } from "../../control/control-socket.ts";
import type { Config } from "../../config/config.ts";
import { PROBE_FIELD, PROBE_HEADER } from "../../http/probes.ts";
import { ask, describeReply, jsonOf, type Question, type Reply } from "./ask.ts";
import { ok, problem, skipped, type Finding } from "./finding.ts";

const UPLOAD = "_matrix/media/v3/upload";
/** Small enough for every proxy to accept. */
const WHOLE_BYTES = 8 * 1024;
const START_BYTES = 1024;
const UNBUFFERED_MS = 5_000;

/** What must arrive here for uploads to be decided here. */
const ROUTES = [
  ["POST", UPLOAD],
  ["POST", "_matrix/media/r0/upload"],
  ["POST", "_matrix/media/v1/upload"],
  ["PUT", "_matrix/media/v3/upload/example.invalid/probe"],
  ["POST", "_matrix/media/v1/create"],
  ["GET", "_matrix/client/v1/media/config"],
  ["GET", "_matrix/media/v3/config"],
] as const;

/**
 * Do uploads that are sent to the public address really arrive here, unbuffered? Nothing is stored: every probe is
 * refused.
 */
export async function checkUploads(config: Config, publicUrl: string): Promise<Finding[]> {
  const word = randomUUID();
  const socket = controlSocketPath(config.mediaBridge.dataPath);
  const announced = socket === undefined ? undefined : await askControl(socket, "probe", { word });
  if (announced === undefined) {
    return [
      problem(
        "the service does not run, so nothing can be sent to it",
        "media-bridge start --config …, as the same user",
      ),
      skipped("whether uploads arrive here, unbuffered", "the service does not run"),
    ];
  }
  const base = publicUrl.replace(/\/*$/, "/");
  const probe = (path: string, question: Question) =>
    ask(base + path, { ...question, headers: { [PROBE_HEADER]: word, ...question.headers } });
  const findings: Finding[] = [];
  for (const [method, path] of ROUTES) {
    const reply = await probe(path, { method, ...(method !== "GET" && { body: Buffer.from("probe") }) });
    findings.push(judgeArrival(`${method} ${base}${path}`, reply));
  }
  const isAllHere = findings.every(({ level }) => level === "ok");
  if (isAllHere) return [...findings, ...(await checkBodies(config, probe))];
  return [...findings, skipped("whether bodies are buffered on the way", "not every path arrives here")];
}

function judgeArrival(what: string, reply: Reply): Finding {
  const arrived = jsonOf(reply)[PROBE_FIELD];
  if (arrived !== undefined) return ok(`${what} arrives here`);
  if (reply.status === undefined) {
    return problem(
      `${what} fails: ${reply.failure}`,
      "is public_baseurl right, and the proxy in front running? --public-url names another address",
    );
  }
  return problem(
    `${what} does not arrive here: another server answers ${describeReply(reply)}`,
    "send this path to media_bridge.listen, as in examples/guard/nginx.conf, and reload the proxy",
  );
}

async function checkBodies(
  config: Config,
  probe: (path: string, question: Question) => Promise<Reply>,
): Promise<Finding[]> {
  // Everything but its start is held back: a service that sees the request now did not wait for the body.
  const started = await probe(UPLOAD, {
    method: "POST",
    headers: declare(config.maxUploadSizeBytes),
    body: Buffer.alloc(START_BYTES),
    timeoutMs: UNBUFFERED_MS,
  });
  const arrived = jsonOf(started)[PROBE_FIELD] as { forwarded_for?: unknown } | undefined;
  if (arrived !== undefined) {
    return [ok("bodies are not buffered on the way, and max_upload_size gets through"), judgeAddress(config, arrived)];
  }
  if (started.status === 413) {
    return [
      problem(
        `an upload of max_upload_size (${config.maxUploadSizeBytes} bytes) is refused on the way with 413`,
        "nginx: client_max_body_size 0; in the location that leads here",
      ),
      skipped("whether bodies are buffered, and whose address is believed", "the upload does not get through"),
    ];
  }
  const whole = await probe(UPLOAD, { method: "POST", headers: declare(WHOLE_BYTES), body: Buffer.alloc(WHOLE_BYTES) });
  if (jsonOf(whole)[PROBE_FIELD] === undefined) {
    return [
      problem(
        `an upload of ${WHOLE_BYTES} bytes is answered on the way: ${describeReply(whole)}`,
        "see the proxy's own log",
      ),
      skipped("whether bodies are buffered, and whose address is believed", "the upload does not get through"),
    ];
  }
  return [
    problem(
      "bodies are buffered on the way: the proxy reads a whole upload before it can be refused",
      "nginx: proxy_request_buffering off; in the location that leads here",
    ),
    skipped("whether the client's address is told and believed", "it is judged by an upload that is not buffered"),
  ];
}

function judgeAddress(config: Config, { forwarded_for: forwarded }: { forwarded_for?: unknown }): Finding {
  const believed = config.mediaBridge.listen.xForwarded;
  const told = typeof forwarded === "string";
  if (told === believed)
    return ok(told ? "the proxy tells the client's address" : "no proxy tells the client's address");
  return told
    ? problem("the proxy tells the client's address, and is not believed", "media_bridge.listen.x_forwarded: true")
    : problem(
        "X-Forwarded-For is believed, and no proxy sets it: clients may claim any address",
        "nginx: proxy_set_header X-Forwarded-For $remote_addr; or x_forwarded: false",
      );
}

function declare(bytes: number): Record<string, string> {
  return { "Content-Length": String(bytes), "Content-Type": "application/octet-stream" };
}
