import { expect, test } from "vitest";
import { loadFailing, loadText, withRequired } from "../folder.ts";

const LIFETIME = "media_retention:\n  local_media_lifetime: 90d\n  remote_media_lifetime: 14d";
const DAY_MS = 86_400_000;

test("media_retention is read as Synapse reads it, where what profiles show can be known or need not be", () => {
  for (const own of [
    "  jobs: {keep_profiles: false}",
    "  homeserver: {url: 'http://h', admin_token_file: ./token}",
    "  homeserver: {url: 'http://h', database: {name: sqlite3, args: {database: /h.db}}}",
  ]) {
    const { config, warnings } = loadText(LIFETIME, own);
    expect([config.mediaBridge.jobs.localMediaLifetimeMs, warnings]).toEqual([90 * DAY_MS, []]);
  }
});

test("Without a way to know what profiles show, the configuration is refused with the place and each remedy", () => {
  const message = loadFailing({ "c.yaml": withRequired(LIFETIME) });
  expect(message).toMatch(
    /^c\.yaml:3: media_retention\.local_media_lifetime: expected media_bridge\.homeserver\.database/,
  );
  for (const remedy of ["admin_token_file", "keep_profiles: false", "acknowledge: [media_retention]"])
    expect(message).toContain(remedy);
});

test("media_retention has no effect where it is acknowledged, where Synapse keeps the media, or where another process runs jobs", () => {
  expect(jobsOf("  acknowledge: [media_retention]").localMediaLifetimeMs).toBeUndefined();
  expect(jobsOf("  upstream: {url: 'http://h'}").localMediaLifetimeMs).toBe(90 * DAY_MS);
  const elsewhere = "\nmedia_instance_running_background_jobs: media1";
  expect(jobsOf("", elsewhere)).toMatchObject({ instance: "media1" });
  expect(() => jobsOf("  worker_name: media1", elsewhere)).toThrow(/keep_profiles: false/);
});

test("media_retention without a lifetime deletes nothing", () => {
  for (const text of ["media_retention:", "media_retention: {}", "media_retention: {local_media_lifetime: ~, x: 1}"])
    expect(loadText(text).config.mediaBridge.jobs.localMediaLifetimeMs).toBeUndefined();
});

test("A rate limit takes both of its numbers, and nothing else", () => {
  const { config } = loadText("", "  rate_limits: {uploads: {per_second: 0.5, burst_count: 10}}");
  expect(config.mediaBridge.rateLimits).toEqual({ uploads: { perSecond: 0.5, burstCount: 10 }, downloads: undefined });
  for (const [text, key] of [
    ["uploads: {per_second: 1}", "rate_limits.uploads.burst_count"],
    ["downloads: {burst_count: 1}", "rate_limits.downloads.per_second"],
    ["downloads: {per_second: 0, burst_count: 1}", "rate_limits.downloads.per_second"],
    ["uploads: {per_second: 1, burst_count: 0}", "rate_limits.uploads.burst_count"],
    ["previews: {per_second: 1, burst_count: 1}", "rate_limits.previews"],
  ])
    expect(() => loadText("", `  rate_limits: {${text}}`)).toThrow(key);
});

function jobsOf(own: string, more = "") {
  return loadText(LIFETIME + more, own).config.mediaBridge.jobs;
}
