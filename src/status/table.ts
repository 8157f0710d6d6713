/** A text, or how something went, of which only the page has a picture. */
export type Cell = string | { readonly trend: readonly number[] };

export interface Column {
  readonly title: string;
  /** `trouble` is a number that should be 0. */
  readonly kind: "text" | "number" | "trouble" | "trend";
}

/** A part of the status: what the page and the terminal show, each in its way. */
export interface Table {
  readonly title: string;
  /** Whether it takes the page's whole width. */
  readonly isWide: boolean;
  readonly columns: readonly Column[];
  readonly groups: readonly { readonly title?: string; readonly rows: readonly (readonly Cell[])[] }[];
  /** In place of the rows, where there are none. */
  readonly empty: string;
}
