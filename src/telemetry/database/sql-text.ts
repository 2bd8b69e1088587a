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

const MAX_SUMMARY = 255
const MAX_TEXT = 2000
/** Literals, comments, quoted names and words, in this order: a quote inside a comment is not a literal. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\bx'[0-9a-f]*'|[?:@$]\w+|\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b|[a-z_][\w$.]*|[^\s]/gi
const BEFORE_TABLE = new Set(['FROM', 'INTO', 'UPDATE', 'JOIN', 'TABLE'])
const NOT_A_TABLE = new Set(['SELECT', 'IF', 'NOT', 'EXISTS', 'OR', 'ONLY', 'SET', 'LATERAL'])

/**
 * Describes a statement for a span, from its text alone. No parser: literals are found by their form, tables by the word
 * before them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */
export function describeSql(sql: string): SqlDescription {
  const tables: string[] = []
  let operation = ''
  let expectTable = false
  const text = sql.replaceAll(TOKEN, (token) => {
    if (token.startsWith('--') || token.startsWith('/*')) return ''
    if (/^(?:x?'|\d)/i.test(token)) {
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
