/** The chain says what it asked, so the types lie beside it. */
export type {
  Answered,
  Asked,
  AskedContext,
  AskedFile,
  Portable,
  Said,
  SaidAnswer,
  SaidError,
} from "../callbacks/asked/asked.ts";
