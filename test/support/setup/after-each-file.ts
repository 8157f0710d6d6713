// Vitest runs this before each file of tests, also where files share a process.
import { afterAll } from "vitest";
import { removeRemains } from "./remains.ts";

afterAll(removeRemains);
