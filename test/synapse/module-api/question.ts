/** What a module asks, in both servers. */
export interface Question {
  readonly title: string;
  /** The body of an async Python function, in which `api` is the ModuleApi, and `room` a room that is there. */
  readonly body: string;
  /** Whether what is raised says it in other words. */
  readonly ownWords?: boolean;
}
