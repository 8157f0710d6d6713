/** The questions that a shadow was asked and has not answered, by a number that each gets. */
export class UnderWay<Question extends { readonly file: object | undefined }> {
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #files = 0;

  get size(): number {
    return this.#questions.size;
  }

  /** How many of them are about a file. */
  get files(): number {
    return this.#files;
  }

  has(id: number): boolean {
    return this.#questions.has(id);
  }

  /** Returns the number of the question. */
  begin(question: Question): number {
    const id = (this.#lastId += 1);
    this.#questions.set(id, question);
    if (question.file) this.#files += 1;
    return id;
  }

  /** Returns the question; undefined where it is not under way. */
  end(id: number): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (question?.file) this.#files -= 1;
    return question;
  }

  endAll(): Question[] {
    const all = [...this.#questions.values()];
    this.#questions.clear();
    this.#files = 0;
    return all;
  }
}
