import type { Scripted } from "./scripted-homeserver.ts";

/** How a row of the list is tried. */
export interface Trial {
  /** The body of an async function in which `api` is the module's ModuleApi. */
  readonly run: string;
  /** What it returns, as JSON; `expect.…` matchers work. */
  readonly returns: unknown;
  /** What the homeserver answers meanwhile. */
  readonly script?: Readonly<Record<string, Scripted>>;
  /** What it is asked: `<token> GET /path?query body`, each in full. */
  readonly asked?: readonly string[];
}
