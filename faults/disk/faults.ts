import type { DiskRule } from "./rule.ts";

const CHANGES = ["create", "write", "truncate", "flush", "link", "rename", "unlink", "mkdir", "rmdir"];

/** How disks fail. */
export const FAULTS: Readonly<Record<string, DiskRule>> = {
  "no space": { operations: ["create", "write", "truncate", "flush", "link", "mkdir"], error: "ENOSPC" },
  "no inodes": { operations: ["create", "mkdir"], error: "ENOSPC" },
  "read-only": { operations: CHANGES, error: "EROFS" },
  broken: { operations: ["any"], error: "EIO" },
  "no descriptors": { operations: ["create", "open"], error: "EMFILE" },
};

/** What a disk may do without an effect that a client sees. */
export const NUISANCES: Readonly<Record<string, DiskRule>> = {
  slow: { operations: ["any"], delayMs: 60 },
  "short writes": { operations: ["write"], bytes: 1000 },
};

/** What takes part in removing something. */
export const CLEARING = ["unlink", "rmdir", "flush", "open"];
