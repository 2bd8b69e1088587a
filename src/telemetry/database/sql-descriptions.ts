import { describeMasked, maskSql, type SqlDescription, type SqlDialect } from './sql-text.ts'

/** Statements whose description is kept; a service has tens, so this bounds only those that build SQL from values. */
const MAX_DESCRIPTIONS = 500
/** Longer ones are rare, and would take memory for each of them. */
const MAX_KEY = 4096

/**
 * Describes statements that come with their values in them: what is kept is found by the text without them, and the values
 * are not kept.
 */
export class SqlDescriptions {
  readonly #dialect: SqlDialect
  readonly #known = new Map<string, SqlDescription>()

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect
  }

  of(sql: string): SqlDescription {
    const masked = maskSql(sql, this.#dialect)
    const known = this.#known.get(masked)
    if (known !== undefined) return known
    const description = describeMasked(masked)
    if (masked.length <= MAX_KEY) {
      if (this.#known.size >= MAX_DESCRIPTIONS) this.#known.clear()
      this.#known.set(masked, description)
    }
    return description
  }
}
