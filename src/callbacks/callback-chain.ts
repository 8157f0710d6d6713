import { CallContext, namedUser } from "./context/call-context.ts";
import { type CallerFacts, createRequester, type NewFacts } from "./context/caller.ts";
import { type Heard, hearWalk } from "./asked/walk-hearing.ts";
import type { Chain, Decision, Told } from "./chain.ts";
import type { ChainOptions } from "./chain-options.ts";
import type { CallbackKinds, KindName, Question } from "./kinds.ts";
import { MatrixError } from "../errors.ts";
import { SYSTEM_CLOCK } from "../util/clock.ts";
import { runForRequest } from "./context/current-request.ts";
import { type AskedStep, inOneTrip, missingResult, runPresent, runSteps, type StepResult } from "./slots/python-run.ts";
import { onlySome, type Segment } from "./slots/registry.ts";
import type { PythonSlot, Slot, SlotRecord, TypeScriptSlot } from "./slots/slot.ts";
import { readTold } from "./slots/told.ts";
import { callTypeScriptSlot } from "./slots/typescript-slot.ts";
import { judgeRecord, readStop } from "./report-only/judge-record.ts";
import { isReportOnly, type Unenforced } from "./report-only/unenforced.ts";

/** Walks chains strictly in registration order, whatever the language of a slot. */
export class CallbackChain implements Chain {
  readonly #options: ChainOptions;
  readonly #facts: CallerFacts;

  constructor(options: ChainOptions, facts: CallerFacts = {}) {
    this.#options = options;
    this.#facts = facts;
  }

  knowing(facts: NewFacts): CallbackChain {
    const { requester: named } = facts;
    const requester = named ? createRequester(named, this.#options.isUserAdmin) : this.#facts.requester;
    return new CallbackChain(this.#options, { ...this.#facts, ...facts, requester });
  }

  has(kind: KindName): boolean {
    return this.#options.registry.slots(kind).length > 0;
  }

  takesSize(kind: "get_media_upload_limits_for_user"): boolean {
    return this.#options.registry.slots(kind).some((slot) => slot.takesSize);
  }

  async decide<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<Decision<K> | undefined> {
    return this.#hearing({ kind, args }, async (question) => {
      for (const segment of this.#segments(question)) {
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
    const slots = inOneTrip(this.#segments(first), this.#segments(second));
    if (slots !== undefined) {
      const [own, others] = slots;
      return this.#hearing(first, (one) => this.#hearing(second, (other) => this.#runBoth(own, one, others, other)));
    }
    const decision = await this.decide(first.kind, ...first.args);
    return decision ? [decision] : [undefined, await this.decide(second.kind, ...second.args)];
  }

  async notify<K extends KindName>(kind: K, ...args: CallbackKinds[K]["args"]): Promise<MatrixError | undefined> {
    const records = await this.#inform({ kind, args }, () => true);
    // The client of a refusal is not told the words of a module that is not enforced.
    const raised = records.find(({ error, slot }) => MatrixError.is(error) && !isReportOnly(slot))?.error;
    return MatrixError.is(raised) ? raised : undefined;
  }

  async tell<K extends KindName>(question: Question<K>, mayAsk: (slot: Slot) => boolean): Promise<Told> {
    return readTold(await this.#inform(question, mayAsk));
  }

  #inform<K extends KindName>(question: Question<K>, mayAsk: (slot: Slot) => boolean): Promise<readonly SlotRecord[]> {
    return this.#hearing(question, async (heard) => {
      const all: SlotRecord[] = [];
      for (const segment of this.#segments(heard)) {
        const records = await this.#tell(onlySome(segment, mayAsk), heard);
        for (const record of records) this.#options.observe(record, this.#facts.request);
        heard.hearing?.add(records);
        all.push(...records);
      }
      return all;
    });
  }

  wouldRefuse(error: MatrixError): void {
    this.#report({ would: "refuse", error }, this.#facts.requester?.userId);
  }

  /** Asks a question; where that is wanted, reports at its end, however it ends, what each module said. */
  #hearing<K extends KindName, T>({ kind, args }: Question<K>, ask: (question: Heard<K>) => Promise<T>): Promise<T> {
    const { clock = SYSTEM_CLOCK, registry, onAnswered, onAsking, mayHear } = this.#options;
    // Most walks: one that is not heard pays for none of this.
    if (onAnswered === undefined || mayHear?.(kind) === false) return ask({ kind, args, hearing: undefined });
    const chain = () => registry.slots(kind);
    const user = this.#userOf({ kind, args });
    const walk = { kind, args, user, facts: this.#facts, askedTs: clock.now(), chain };
    return hearWalk(walk, { onAnswered, onAsking }, ask);
  }

  #segments<K extends KindName>(question: Question<K>): readonly Segment[] {
    return this.#options.registry.segments(question.kind, this.#userOf(question));
  }

  /** The user who makes the request, or is named in the question; undefined where neither is known. */
  #userOf<K extends KindName>({ kind, args }: Question<K>): string | undefined {
    return this.#facts.requester?.userId ?? namedUser(kind, args);
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
      const decision = this.#judge(question, record, value);
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
    const { records, value } = readStop(question.kind, result);
    for (const record of records) this.#options.observe(record, this.#facts.request);
    question.hearing?.add(records, value);
    // Where a child cannot be asked, each of its slots has an error: the first one that is enforced is to blame.
    for (const record of records) {
      const decision = this.#judge(question, record, value);
      if (decision !== undefined) return decision;
    }
    return undefined;
  }

  #judge<K extends KindName>(
    { kind, args }: Question<K>,
    record: SlotRecord,
    value: CallbackKinds[K]["stop"] | undefined,
  ): Decision<K> | undefined {
    if (record.outcome !== "stop" && record.error === undefined) return undefined;
    const policy = this.#options.policies[kind];
    return judgeRecord(kind, record, value, { policy, report: (what) => this.#report(what, namedUser(kind, args)) });
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
    return runPresent(segment.slots, (present) => this.#runSteps([[present, question]]));
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
