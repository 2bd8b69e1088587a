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
/** Behind a word, what looks like the beginning of a value is a part of it. */
const NO_WORD = String.raw`(?<![\w$.])`
/**
 * Everything that a value may be in, and what must not be taken for one: a quote inside a comment is none. What is not
 * closed goes to the end.
 */
const MASKED: Readonly<Record<SqlDialect, RegExp>> = {
  standard: anyOf(
    String.raw`--[^\n]*`,
    String.raw`\be'(?:[^'\\]|''|\\[^])*(?:'|$)`,
    String.raw`(?:\b[bnx]|\bu&)?'(?:[^']|'')*(?:'|$)`,
    String.raw`${NO_WORD}(\$(?:[a-z_]\w*)?\$)[^]*?(?:\1|$)`,
    String.raw`"(?:[^"]|"")*(?:"|$)`,
  ),
  mysql: anyOf(
    String.raw`(?:--(?=\s|$)|#)[^\n]*`,
    String.raw`(?:\b[bnx]|\b_\w+\s*)?'(?:[^'\\]|''|\\[^])*(?:'|$)`,
    String.raw`"(?:[^"\\]|""|\\[^])*(?:"|$)`,
  ),
}
/** The beginning of what stays: a quoted name, a parameter. */
const KEPT: Readonly<Record<SqlDialect, RegExp>> = {
  standard: /^(?:["`[?:@]|\$\w+$)/,
  mysql: /^[`[?:@$]/,
}
/** Quoted names and words. */
const WORD = /"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[a-z_][\w $.-]*\]|[a-z_][\w$.]*|\S/gi
const BEFORE_TABLE = new Set(['FROM', 'INTO', 'UPDATE', 'JOIN', 'TABLE'])
const NOT_A_TABLE = new Set(['SELECT', 'IF', 'NOT', 'EXISTS', 'OR', 'ONLY', 'SET', 'LATERAL'])

/**
 * Describes a statement for a span, from its text alone. No parser: literals are found by their form, tables by the word
 * before them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */
export function describeSql(sql: string, dialect: SqlDialect = 'standard'): SqlDescription {
  return describeMasked(maskSql(sql, dialect))
}

/** The beginning of a statement, with a `?` for every literal and nothing for comments. */
export function maskSql(sql: string, dialect: SqlDialect): string {
  const kept = KEPT[dialect]
  const text = sql.length > MAX_READ ? sql.slice(0, MAX_READ) : sql
  return text.replace(MASKED[dialect], (found: string) => {
    if (found.startsWith('--') || found.startsWith('/*') || found.startsWith('#')) return ''
    return kept.test(found) ? found : '?'
  })
}

/** {@link describeSql} for a text without literals and comments. */
export function describeMasked(masked: string): SqlDescription {
  const tables = new Set<string>()
  let operation = ''
  let expectTable = false
  for (const [token] of masked.matchAll(WORD)) {
    const isName = /^[a-z_"`[]/i.test(token)
    const word = token.toUpperCase()
    if (operation === '' && isName) operation = word
    if (expectTable && isName && !NOT_A_TABLE.has(word)) {
      tables.add(token.replaceAll(/["`[\]]/g, ''))
      expectTable = false
    } else if (!isName) {
      expectTable = false
    }
    if (BEFORE_TABLE.has(word)) expectTable = true
  }
  const [collection = ''] = tables
  return {
    operation,
    collection,
    summary: [operation, ...tables].join(' ').slice(0, MAX_SUMMARY),
    text: masked.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_TEXT),
  }
}

function anyOf(...ofDialect: readonly string[]): RegExp {
  const common = [
    String.raw`\/\*[^]*?(?:\*\/|$)`,
    '`[^`]*(?:`|$)',
    // `ARRAY['value']` is no quoted name.
    String.raw`\[[a-z_][\w $.-]*\]`,
    String.raw`[?:@$]\w+`,
    String.raw`${NO_WORD}\.?\d[\w.]*(?:(?<=e)[+-]\d+)?`,
  ]
  return new RegExp([...ofDialect, ...common].join('|'), 'gi')
}
