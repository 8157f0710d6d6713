/** Parts of SQL in which a question mark is a plain question mark: literals, quoted names, comments. */
const TOKENS =
  /(?<![\w])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])(\$(?:[^\W\d]\w*)?\$)[^]*?\1|--[^\n]*|\/\*|\?\??/g;
const COMMENT_EDGE = /\/\*|\*\//g;

/** `$1`, `$2`, … for each `?`. A question mark that is one of PostgreSQL's JSON operators is written `??`. */
export function numberPlaceholders(sql: string): string {
  if (!sql.includes("?")) return sql;
  let numbered = "";
  let position = 0;
  let count = 0;
  TOKENS.lastIndex = 0;
  for (let match = TOKENS.exec(sql); match !== null; match = TOKENS.exec(sql)) {
    numbered += sql.slice(position, match.index);
    position = TOKENS.lastIndex;
    if (match[0] === "?") numbered += `$${(count += 1)}`;
    else if (match[0] === "??") numbered += "?";
    else {
      if (match[0] === "/*") TOKENS.lastIndex = position = endOfComment(sql, position);
      numbered += sql.slice(match.index, position);
    }
  }
  return numbered + sql.slice(position);
}

/** PostgreSQL's comments can be nested. */
function endOfComment(sql: string, start: number): number {
  let depth = 1;
  COMMENT_EDGE.lastIndex = start;
  while (depth > 0) {
    const edge = COMMENT_EDGE.exec(sql);
    if (edge === null) return sql.length;
    depth += edge[0] === "/*" ? 1 : -1;
  }
  return COMMENT_EDGE.lastIndex;
}
