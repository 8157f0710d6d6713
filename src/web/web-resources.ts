import { StartError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import { splitRegisteredPath, splitTarget } from "./path-segments.ts";
import { PathTree, type Found } from "./path-tree.ts";
import type { WebHandler } from "./web-handler.ts";

/** A path that a module serves, with everything below it that no other module serves. */
export interface WebResource {
  readonly path: string;
  /** The module's name. */
  readonly module: string;
  readonly serves: WebHandler | ChildSocket;
}

/** Where the Python child answers. */
export interface ChildSocket {
  /** The Unix socket; undefined while no child listens there. */
  socketPath(): string | undefined;
}

/** A route of the service's own. */
export interface OwnRoute {
  readonly name: string;
  readonly path: RegExp;
}

/** The web resources of all modules, both languages. More may come at any time. */
export class WebResources {
  readonly #log: Logger;
  readonly #tree = new PathTree<WebResource>();
  readonly #all: WebResource[] = [];
  #ownRoutes: readonly OwnRoute[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Takes a resource. The module that comes first in the configuration has a path, as in Synapse; the log names the
   * other. Throws a {@link StartError} where the path is a route of the service's own.
   */
  add(resource: WebResource): void {
    this.#checkOwnRoutes(resource);
    const segments = splitRegisteredPath(resource.path);
    const owner = this.#tree.at(segments);
    if (owner !== undefined) {
      const { path, module } = resource;
      this.#log.warn({ path, module, owner: owner.module }, "two modules register this web resource; the first has it");
      return;
    }
    this.#tree.put(segments, resource);
    this.#all.push(resource);
  }

  /** Takes the service's own routes, which no resource may have. Throws a {@link StartError} where one has. */
  keepClearOf(routes: readonly OwnRoute[]): void {
    this.#ownRoutes = routes;
    for (const resource of this.#all) this.#checkOwnRoutes(resource);
  }

  /** The resource that answers a request target: the one with the longest path. */
  find(target: string): Found<WebResource> | undefined {
    if (this.#all.length === 0) return undefined;
    const segments = splitTarget(target);
    // A segment that is not text ends the search: a path above it may still answer.
    const known = segments?.slice(0, segments.includes(undefined) ? segments.indexOf(undefined) : undefined);
    return known && this.#tree.find(known as string[]);
  }

  #checkOwnRoutes({ path, module }: WebResource): void {
    const route = this.#ownRoutes.find((candidate) => candidate.path.test(path));
    if (route === undefined) return;
    const reason = `registers the web resource ${path}, which is the service's own (${route.name}); choose another path`;
    throw new StartError("MODULE", `the module ${module} ${reason}`);
  }
}
