/** What a span may say about a statement. */
export interface SqlDescription {
  /** `SELECT`, `INSERT`, … upper case; empty when the text begins with no word. */
  readonly operation: string
  /** The first table named, or empty. */
  readonly collection: string
  /** Operation and tables, of low cardinality: `SELECT orders customers`. At most 255 characters. */
  readonly summary: string
  /** The text with every literal replaced by `?`: values never leave the process. At most 2,000 characters. */
  readonly text: string
}

/** How literals are written: in MySQL, a backslash escapes, and a text may be in double quotes as well. */
export type SqlDialect = 'standard' | 'mysql'

const MAX_SUMMARY = 255
const MAX_TEXT = 2000
/** What comes behind is neither read nor shown: a text may hold values of megabytes. */
const MAX_READ = 8192
/**
 * Literals, comments, quoted names and words, in this order: a quote inside a comment is not a literal. What is not closed
 * goes to the end.
 */
const TOKENS: Readonly<Record<SqlDialect, RegExp>> = {
  standard: tokens(
    String.raw`--[^\n]*`,
    String.raw`\be'(?:[^'\\]|''|\\[^])*(?:'|$)`,
    String.raw`(?:\b[bnx]|\bu&)?'(?:[^']|'')*(?:'|$)`,
    String.raw`(\$(?:[a-z_]\w*)?\$)[^]*?(?:\1|$)`,
    String.raw`"(?:[^"]|"")*(?:"|$)`,
  ),
  mysql: tokens(
    String.raw`(?:--(?=\s|$)|#)[^\n]*`,
    String.raw`(?:\b[bnx]|\b_\w+\s*)?'(?:[^'\\]|''|\\[^])*(?:'|$)`,
    String.raw`"(?:[^"\\]|""|\\[^])*(?:"|$)`,
  ),
}
/** The beginning of a token that holds a value. */
const LITERALS: Readonly<Record<SqlDialect, RegExp>> = {
  standard: /^(?:(?:[benx]|u&)?'|\.?\d|\$(?:[a-z_]\w*)?\$)/i,
  mysql: /^(?:(?:[bnx]|_\w+\s*)?'|"|\.?\d)/i,
}
const BEFORE_TABLE = new Set(['FROM', 'INTO', 'UPDATE', 'JOIN', 'TABLE'])
const NOT_A_TABLE = new Set(['SELECT', 'IF', 'NOT', 'EXISTS', 'OR', 'ONLY', 'SET', 'LATERAL'])

/**
 * Describes a statement for a span, from its text alone. No parser: literals are found by their form, tables by the word
 * before them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */
export function describeSql(sql: string, dialect: SqlDialect = 'standard'): SqlDescription {
  const literal = LITERALS[dialect]
  const tables: string[] = []
  let operation = ''
  let expectTable = false
  const text = sql.slice(0, MAX_READ).replaceAll(TOKENS[dialect], (token: string) => {
    if (token.startsWith('--') || token.startsWith('/*') || (token.length > 1 && token.startsWith('#'))) return ''
    if (literal.test(token)) {
      expectTable = false
      return '?'
    }
    const word = token.toUpperCase()
    const isName = /^[a-z_"`[]/i.test(token)
    if (operation === '' && isName) operation = word
    if (expectTable && isName && !NOT_A_TABLE.has(word)) {
      tables.push(token.replaceAll(/["`[\]]/g, ''))
      expectTable = false
    } else if (!isName) {
      expectTable = false
    }
    if (BEFORE_TABLE.has(word)) expectTable = true
    return token
  })
  return {
    operation,
    collection: tables[0] ?? '',
    summary: [operation, ...new Set(tables)].join(' ').slice(0, MAX_SUMMARY),
    text: text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_TEXT),
  }
}

function tokens(...ofDialect: readonly string[]): RegExp {
  const common = [
    String.raw`\/\*[^]*?(?:\*\/|$)`,
    '`[^`]*(?:`|$)',
    // `ARRAY['value']` is no quoted name.
    String.raw`\[[a-z_][\w $.-]*\]`,
    String.raw`[?:@$]\w+`,
    String.raw`\.?\d[\w.]*(?:(?<=e)[+-]\d+)?`,
    String.raw`[a-z_][\w$.]*`,
    String.raw`\S`,
  ]
  return new RegExp([...ofDialect, ...common].join('|'), 'gi')
}
