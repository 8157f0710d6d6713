import type { MatrixError } from "../errors.ts";
import type { NewFacts } from "./context/caller.ts";
import type { CallbackKinds, KindName, Question } from "./kinds.ts";
import type { Slot } from "./slots/slot.ts";

/** How a walk ended: the slot that stopped it, and its value. */
export interface Decision<K extends KindName> {
  readonly slot: Slot;
  readonly value: CallbackKinds[K]["stop"];
}

/** Which callbacks were not simply told. */
export interface Told {
  /**
   * Those that did not hear it: their Python child is down or too busy, or their module is still to register them again,
   * or the service stops.
   */
  readonly unheard: readonly Slot[];
  /** Those that may have heard it: their Python child got it, and then ended or fell silent. */
  readonly ended: readonly Slot[];
  /** Those that heard it, and were not done at their deadline. */
  readonly late: readonly Slot[];
}

/** The modules, as those who ask them know them: one chain of callbacks for each kind. */
export interface Chain {
  /**
   * The same chain, for a request about which more is known: its callbacks are told, their log lines carry the
   * request's number, and where many calls wait for Python, users take turns.
   */
  knowing(facts: NewFacts): Chain;

  /** Whether a module registered a callback of a kind. */
  has(kind: KindName): boolean;

  /** Whether a callback of this kind may answer differently for another size. */
  takesSize(kind: "get_media_upload_limits_for_user"): boolean;

  /**
   * Asks a chain. Resolves to the slot that stopped it, undefined where each let it continue. Rejects with a
   * {@link MatrixError}: the one a module raised, 500 where a module failed, 503 where a verdict could not be had. A slot
   * that is not enforced does none of this: what it would have done is reported, and the slot after it is asked.
   */
  decide<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<Decision<K> | undefined>;

  /**
   * Asks two chains one after the other, the second only if no slot stopped the first. The result has one decision for
   * each chain that was asked.
   */
  decideBoth<A extends KindName, B extends KindName>(
    first: Question<A>,
    second: Question<B>,
  ): Promise<[Decision<A>] | [undefined, Decision<B> | undefined]>;

  /**
   * Tells every callback of a kind, whatever the others do. Never rejects; resolves to the first {@link MatrixError}
   * that a module raised, for the one notification that may word the answer.
   */
  notify<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<MatrixError | undefined>;

  /**
   * As {@link notify}, for what every callback is to hear in the end: only those that `mayAsk` lets through are told.
   */
  tell<K extends KindName>(question: Question<K>, mayAsk: (slot: Slot) => boolean): Promise<Told>;

  /**
   * Reports a refusal that is not enforced: by a limit, which its caller evaluates. The error's facts say who would have
   * refused.
   */
  wouldRefuse(error: MatrixError): void;
}
