import type { Answered, AskedFile } from "../asked.ts";
import type { ShadowQuestion } from "./messages.ts";

/** What is known of a question before it is asked; `answered` is JSON text. */
export interface QuestionFacts extends Pick<ShadowQuestion, "decider" | "isAskedAgain"> {
  readonly answered: string;
}

/** JSON text of what a module was asked and said; undefined where there is none: of values that are nested too deeply. */
export function answeredText(answered: Answered): string | undefined {
  try {
    return JSON.stringify(answered);
  } catch {
    return undefined;
  }
}

/** JSON text of one question, and of the file that it is about, if it is about one. */
export function questionText(id: number, { answered, decider, isAskedAgain }: QuestionFacts, file?: AskedFile): string {
  const rest = JSON.stringify({ id, decider, isAskedAgain, file });
  return `{"answered":${answered},${rest.slice(1)}`;
}

/** The text of several questions. A message of one text costs a fraction of one of as many objects. */
export function joinQuestions(questions: readonly string[]): string {
  return `[${questions.join(",")}]`;
}

/** Reads what {@link joinQuestions} has made. */
export function readQuestions(text: string): ShadowQuestion[] {
  const questions = JSON.parse(text) as (ShadowQuestion & { readonly file?: AskedFile })[];
  return questions.map(({ file, ...question }) => {
    if (file === undefined) return question;
    const { answered } = question;
    return { ...question, answered: { ...answered, asked: { ...answered.asked, file } } };
  });
}
