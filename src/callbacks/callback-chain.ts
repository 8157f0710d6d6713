import { CallContext, namedUser } from "./context/call-context.ts";
import { type AdminQuestion, type CallerFacts, createRequester, type NewFacts } from "./context/caller.ts";
import { type AnsweredListener, type Heard, WalkHearing } from "./asked/walk-hearing.ts";
import type { Chain, Decision } from "./chain.ts";
import { KINDS, type CallbackKinds, type KindName } from "./kinds.ts";
import { MatrixError, withFacts } from "../errors.ts";
import { SYSTEM_CLOCK, type Clock } from "../util/clock.ts";
import { runForRequest } from "./context/current-request.ts";
import { ModuleUnavailable, nameSlot, toClientError } from "./failure.ts";
import type { StepResult } from "./python-run.ts";
import { missingResult, runnerOf, runSteps, type AskedStep } from "./python-run.ts";
import type { CallbackPolicy, Question } from "./kinds.ts";
import type { CallbackRegistry, Segment } from "./registry.ts";
import type { PythonSlot, Slot, SlotObserver, SlotRecord, TypeScriptSlot } from "./slot.ts";
import { callTypeScriptSlot } from "./typescript-slot.ts";
import { isReportOnly, type Unenforced, type UnenforcedFacts, unenforcedStop } from "./unenforced.ts";

export interface ChainOptions {
  readonly registry: CallbackRegistry;
  readonly policies: Readonly<Record<KindName, CallbackPolicy>>;
  /** Called for every slot that ran. */
  readonly observe: SlotObserver;
  /** Called for a TypeScript callback that rejected after its deadline. */
  readonly onLate: (slot: Slot, error: unknown) => void;
  /** Called for what a slot or a limit that is not enforced would have done: once for each request. */
  readonly onUnenforced: (unenforced: Unenforced, facts: UnenforcedFacts) => void;
  /** By which the deadlines of TypeScript callbacks pass; absent: the machine's. */
  readonly clock?: Clock;
  readonly trace?: boolean;
  /** Tells callbacks that ask whether a user administers the homeserver. */
  readonly isUserAdmin: AdminQuestion;
  /** Called at the end of a walk, for each module that was asked; absent: nothing of it is gathered. */
  readonly onAnswered?: AnsweredListener | undefined;
}

/** Walks chains strictly in registration order, whatever the language of a slot. */
export class CallbackChain implements Chain {
  readonly #options: ChainOptions;
  readonly #facts: CallerFacts;

  constructor(options: ChainOptions, facts: CallerFacts = {}) {
    this.#options = options;
    this.#facts = facts;
  }

  knowing({ requester, ...facts }: NewFacts): CallbackChain {
    const known = requester && { requester: createRequester(requester, this.#options.isUserAdmin) };
    return new CallbackChain(this.#options, { ...this.#facts, ...facts, ...known });
  }

  has(kind: KindName): boolean {
    return this.#options.registry.slots(kind).length > 0;
  }

  takesSize(kind: "get_media_upload_limits_for_user"): boolean {
    return this.#options.registry.slots(kind).some((slot) => slot.takesSize);
  }

  async decide<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<Decision<K> | undefined> {
    return this.#hearing({ kind, args }, async (question) => {
      for (const segment of this.#options.registry.segments(kind)) {
        const decision = await this.#walk(segment, question);
        if (decision !== undefined) return decision;
      }
      return undefined;
    });
  }

  /** In one round trip where both chains are of one Python child alone. */
  async decideBoth<A extends KindName, B extends KindName>(
    first: Question<A>,
    second: Question<B>,
  ): Promise<[Decision<A>] | [undefined, Decision<B> | undefined]> {
    const segments = [first, second].map(({ kind }) => this.#options.registry.segments(kind));
    const [a, b] = [segments[0]?.[0], segments[1]?.[0]];
    const onePlan = segments.every((chain) => chain.length === 1 && chain[0]?.slots.every(isPresent));
    if (onePlan && a?.language === "python" && b?.language === "python" && runnerOf(a.slots) === runnerOf(b.slots)) {
      return this.#hearing(first, (one) =>
        this.#hearing(second, (other) => this.#runBoth(a.slots, one, b.slots, other)),
      );
    }
    const decision = await this.decide(first.kind, ...first.args);
    return decision ? [decision] : [undefined, await this.decide(second.kind, ...second.args)];
  }

  async notify<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<MatrixError | undefined> {
    return this.#hearing({ kind, args }, async (question) => {
      let raised: MatrixError | undefined;
      for (const segment of this.#options.registry.segments(kind)) {
        const records = await this.#tell(segment, question);
        for (const record of records) {
          this.#options.observe(record, this.#facts.request);
          // The client of a refusal is not told the words of a module that is not enforced.
          if (MatrixError.is(record.error) && !isReportOnly(record.slot)) raised ??= record.error;
        }
        question.hearing?.add(records);
      }
      return raised;
    });
  }

  wouldRefuse(error: MatrixError): void {
    this.#report({ would: "refuse", error }, this.#facts.requester?.userId);
  }

  /** Asks a question; where that is wanted, reports at its end, however it ends, what each module said. */
  async #hearing<K extends KindName, T>(
    { kind, args }: Question<K>,
    ask: (question: Heard<K>) => Promise<T>,
  ): Promise<T> {
    const { onAnswered, clock = SYSTEM_CLOCK, registry } = this.#options;
    if (onAnswered === undefined) return ask({ kind, args, hearing: undefined });
    const user = this.#factsFor(namedUser(kind, args)).requester?.userId;
    const hearing = new WalkHearing(kind, args, user, clock.now());
    return ask({ kind, args, hearing }).finally(() => hearing.end(registry.slots(kind), onAnswered));
  }

  #walk<K extends KindName>(segment: Segment, question: Heard<K>): Promise<Decision<K> | undefined> {
    return segment.language === "python"
      ? this.#walkPython(segment.slots, question)
      : this.#walkTypeScript(segment.slots, question);
  }

  async #walkTypeScript<K extends KindName>(
    slots: readonly TypeScriptSlot[],
    question: Heard<K>,
  ): Promise<Decision<K> | undefined> {
    for (const slot of slots) {
      const { record, value } = await this.#callTypeScript(slot, question);
      this.#options.observe(record, this.#facts.request);
      question.hearing?.add([record], value);
      const decision = this.#judge(question, record, () => value as CallbackKinds[K]["stop"]);
      if (decision !== undefined) return decision;
    }
    return undefined;
  }

  async #walkPython<K extends KindName>(
    slots: readonly PythonSlot[],
    question: Heard<K>,
  ): Promise<Decision<K> | undefined> {
    let rest = slots;
    while (rest.length > 0) {
      // A slot that a restarted child has not registered again keeps its place: those before it are asked first.
      const gap = rest.findIndex((slot) => slot.remote === undefined);
      const asked = gap > 0 ? rest.slice(0, gap) : gap === 0 ? rest.slice(0, 1) : rest;
      const result = await this.#runSteps([[asked, question]]).then(
        ([first]) => first,
        (error: Error) => missingResult(asked, error),
      );
      const decision = this.#conclude(question, result);
      if (decision !== undefined) return decision;
      // Only a slot that the policy allows to be skipped, or that is not enforced, ends a step without ending the walk:
      // the slots after it must still be asked.
      rest = rest.slice(result?.decided === undefined ? asked.length : result.decided + 1);
    }
    return undefined;
  }

  async #runBoth<A extends KindName, B extends KindName>(
    firstSlots: readonly PythonSlot[],
    first: Heard<A>,
    secondSlots: readonly PythonSlot[],
    second: Heard<B>,
  ): Promise<[Decision<A>] | [undefined, Decision<B> | undefined]> {
    const results = await this.#runSteps([
      [firstSlots, first],
      [secondSlots, second],
    ]).catch((error: Error) => [missingResult(firstSlots, error)]);
    const decision = this.#conclude(first, results[0]);
    if (decision) return [decision];
    if (results.length === 2) {
      const decided = this.#conclude(second, results[1]);
      if (decided || results[1]?.decided === undefined) return [undefined, decided];
    }
    // A slot that is skipped or not enforced cut the plan short: ask the slots that are left, chain by chain.
    const left = results.length === 2 ? [] : firstSlots.slice((results[0]?.decided ?? firstSlots.length) + 1);
    const late = await this.#walkPython(left, first);
    if (late) return [late];
    const unasked = results.length === 2 ? secondSlots.slice((results[1]?.decided ?? 0) + 1) : secondSlots;
    return [undefined, await this.#walkPython(unasked, second)];
  }

  /** Observes a step's slots and turns its end into a decision; throws what the client gets where a slot failed. */
  #conclude<K extends KindName>(question: Heard<K>, result: StepResult | undefined): Decision<K> | undefined {
    if (result === undefined) return undefined;
    for (const record of result.records) this.#options.observe(record, this.#facts.request);
    const last = result.decided === undefined ? undefined : result.records[result.decided];
    const value = last?.outcome === "stop" ? KINDS[question.kind].fromWire(result.value) : undefined;
    question.hearing?.add(result.records, value);
    // Where a child cannot be asked, each of its slots has an error: the first one that is enforced is to blame.
    for (const record of result.records) {
      // A value is only absent where the slot did not stop the walk.
      const decision = this.#judge(question, record, () => value as CallbackKinds[K]["stop"]);
      if (decision !== undefined) return decision;
    }
    return undefined;
  }

  /** What a slot's record means for the walk: a decision, a refusal, which is thrown, or undefined: the next slot. */
  #judge<K extends KindName>(
    { kind, args }: Question<K>,
    { slot, outcome, error }: SlotRecord,
    readValue: () => CallbackKinds[K]["stop"],
  ): Decision<K> | undefined {
    if (outcome === "stop") {
      if (!isReportOnly(slot)) return { slot, value: readValue() };
      this.#report(unenforcedStop(kind, slot, readValue), namedUser(kind, args));
      return undefined;
    }
    if (error === undefined) return undefined;
    if (error instanceof ModuleUnavailable && this.#options.policies[kind].onUnavailable === "skip") return undefined;
    const refusal = withFacts(toClientError(error), { slot: nameSlot(slot) });
    if (!isReportOnly(slot)) throw refusal;
    this.#report({ would: "refuse", slot, error: refusal }, namedUser(kind, args));
    return undefined;
  }

  /** Reports what is not enforced: to the one who asks, where it is limits, and once for the request. */
  #report(unenforced: Unenforced, named: string | undefined): void {
    const { request, requester, onUnenforced, onUnenforcedLimits } = this.#facts;
    if (unenforced.would === "answer" && unenforced.limits) onUnenforcedLimits?.(unenforced.slot, unenforced.limits);
    if (onUnenforced?.(unenforced) === false) return;
    this.#options.onUnenforced(unenforced, { request, user: requester?.userId ?? named });
  }

  async #tell<K extends KindName>(segment: Segment, question: Heard<K>): Promise<readonly SlotRecord[]> {
    if (segment.language === "typescript") {
      const results: SlotRecord[] = [];
      for (const slot of segment.slots) results.push((await this.#callTypeScript(slot, question)).record);
      return results;
    }
    const present = segment.slots.filter(isPresent);
    const absent = segment.slots.filter((slot) => !isPresent(slot));
    const lost = new ModuleUnavailable("unavailable", "the restarted child did not register it again");
    const result =
      present.length === 0
        ? undefined
        : await this.#runSteps([[present, question]]).then(
            ([first]) => first,
            (error: Error) => missingResult(present, error),
          );
    return [...(result?.records ?? []), ...missingResult(absent, lost).records];
  }

  #callTypeScript<K extends KindName>(slot: TypeScriptSlot, { kind, args }: Question<K>) {
    const { policies, clock = SYSTEM_CLOCK, trace = false, onLate } = this.#options;
    const { deadlineMs } = policies[kind];
    const context = new CallContext(this.#factsFor(namedUser(kind, args)));
    const how = { deadlineMs, clock, trace, onLate: (error: unknown) => onLate(slot, error) };
    return runForRequest(this.#facts.request, () => callTypeScriptSlot(slot, kind, args, context, how));
  }

  #runSteps(steps: readonly AskedStep[]): Promise<StepResult[]> {
    const [first] = steps;
    const named = first && namedUser(first[1].kind, first[1].args);
    const { request, requester } = this.#factsFor(named);
    const { policies, trace } = this.#options;
    return runSteps(steps, { policies, trace: trace === true, request, user: requester?.userId });
  }

  /** Where no caller said who makes the request, a callback that is called for a user is told of that user. */
  #factsFor(user: string | undefined): CallerFacts {
    if (this.#facts.requester !== undefined || user === undefined) return this.#facts;
    return { ...this.#facts, requester: createRequester({ userId: user }, this.#options.isUserAdmin) };
  }
}

function isPresent(slot: Slot): boolean {
  return slot.language === "typescript" || slot.remote !== undefined;
}
