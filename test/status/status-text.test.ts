import { expect, test } from "vitest";
import { formatStatus } from "../../src/status/status-text.ts";
import { sampleStatus } from "./sample-status.ts";

test("On a terminal the status is tables with a heading, and columns that are aligned", () => {
  expect(formatStatus(sampleStatus())).toBe(
    `
server           example.test
mode             repository
version          0.1.0
Node.js          24.0.0
up for           1 d 1 h
process          4711
uploads stored   1,234 (5.0 MiB)
uploads refused  3
state            every module can be asked

Callbacks
    module           asked  continued  stopped  failed  late  unavailable     p50    p95    p99
  is_user_allowed_to_upload_media_of_size
    doorman.Doorman  1,240      1,234        3       1     1            1  120 µs  13 ms  2.4 s

Modules
  module           language  Python child
  doorman.Doorman  python    shared

Python children
  child   state  restarts  in flight  queued  refused
  shared  up            1          2       0        0

Shadows
  module           candidate  state    asked of all calls  decides for  asked  dropped  waiting  restarts  held back    CPU  problem
  doorman.Doorman  doorman    running               12.5%          10%  1,000        2        4         1          6  1.3 s

Queues
  queue         under way  waiting
  requests              2
  files for s3                   7

Jobs
  job              last run              removed  failed  next run              problem
  media_retention  2026-01-01 01:00:00Z    1,200       0  2026-01-01 02:00:00Z  the homeserver does not answer
  unused_ids       runs now                    3       0

Storage
  what         size  free on its disk       of
  database  4.0 KiB           3.0 GiB  unknown

Last refusals
  time                  user           size  decided by       status  code
  2026-01-01 00:00:00Z  0123456789  4.9 KiB  max_upload_size     413  UPLOAD_TOO_LARGE
`.trim(),
  );
});

test("A table without rows says so, and refusals that cannot be read are not taken for none", () => {
  const status = { ...sampleStatus(), chains: [], modules: [], children: [] };
  const text = formatStatus({ ...status, refusals: [] });
  expect(text).toContain("Callbacks\n  No module registers a callback.");
  expect(text).toContain("Last refusals\n  No refused upload is known.");
  expect(text).toContain("Jobs\n  job");
  expect(formatStatus({ ...status, jobs: [] })).not.toContain("Jobs");
  expect(formatStatus({ ...status, jobs: null })).toContain("Jobs\n  Jobs cannot be read");
  expect(formatStatus({ ...status, refusals: null })).toContain("Refusals cannot be read");
});

test("A problem is named, and a terminal gets no control character of a module's", () => {
  const [refusal] = sampleStatus().refusals ?? [];
  if (refusal === undefined) throw new Error("the sample has a refusal");
  const refusals = [{ ...refusal, code: null, errcode: "ORG\u001b[2J\nEVIL" }];
  const text = formatStatus({ ...sampleStatus(), problem: "the Python child is restarting", refusals });
  expect(text).toContain("state            PROBLEM: the Python child is restarting");
  expect(text).toContain("ORG\ufffd[2J\ufffdEVIL");
});
