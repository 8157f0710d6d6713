import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { SERVER_NAME } from "../support/folder.ts";
import { ROOT } from "../support/root.ts";

type Json = Record<string, unknown>;

/** As much of `docs/openapi.yaml` as these programs change. */
interface Description {
  paths: Record<string, Json>;
  components: { parameters: Record<string, Json>; requestBodies: { Media: { content: Json } } };
}

/** What follows from the answer of one operation: another with parameters of that answer. */
const LINKS = [
  ["/_matrix/media/{version}/upload", "post", ["download", "downloadNamed", "downloadLegacy", "uploadTo"]],
  ["/_matrix/media/v1/create", "post", ["uploadTo", "download"]],
  ["/_matrix/media/v3/upload/{serverName}/{mediaId}", "put", ["download", "headDownload", "uploadTo"]],
] as const;

/**
 * `docs/openapi.yaml` as JSON text, for a generator of requests: with media ids that exist, since a generator does not
 * guess them, with bodies that are more than JSON, and with links from what makes media to what reads it.
 */
export function describeForFuzzing(mediaIds: readonly string[]): string {
  const text = readFileSync(join(ROOT, "docs/openapi.yaml"), "utf8");
  // Through JSON, so that the target of an alias can be changed in one place alone.
  const description = JSON.parse(JSON.stringify(parse(text))) as Description;
  const { paths, components } = description;
  // On a listener of its own.
  delete paths["/metrics"];
  prefer(components.parameters["ServerName"], [SERVER_NAME]);
  prefer(components.parameters["MediaId"], mediaIds);
  components.requestBodies.Media.content = {
    "application/octet-stream": { schema: { type: "string", format: "binary" } },
    "text/plain": { schema: { anyOf: [{ enum: ["", "spam and eggs"] }, { type: "string" }] } },
  };
  for (const [path, method, operations] of LINKS) {
    const operation = paths[path]?.[method] as { responses: Record<string, Json> } | undefined;
    const mediaId = method === "put" ? "$request.path.mediaId" : "$response.body#/content_uri#regex:/([A-Za-z]+)$";
    const links = operations.map((operationId) => [
      operationId,
      { operationId, parameters: { "path.serverName": SERVER_NAME, "path.mediaId": mediaId } },
    ]);
    Object.assign(operation?.responses["200"] ?? {}, { links: Object.fromEntries(links) as Json });
  }
  return JSON.stringify(description);
}

function prefer(parameter: Json | undefined, values: readonly string[]): void {
  Object.assign(parameter ?? {}, { schema: { anyOf: [{ enum: values }, parameter?.["schema"]] }, example: values[0] });
}
