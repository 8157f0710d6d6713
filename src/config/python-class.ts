/** The dotted path of a class, `package.Class` at the least. */
export const PYTHON_CLASS = /^[\p{L}_][\p{L}\p{N}\p{M}_]*(?:\.[\p{L}_][\p{L}\p{N}\p{M}_]*)+$/u;
