/** A name in which `*` stands for any text, also none. */
export class NamePattern {
  readonly #parts: readonly string[]

  constructor(pattern: string) {
    this.#parts = pattern.split('*')
  }

  matches(name: string): boolean {
    const parts = this.#parts
    const first = parts[0] as string
    const last = parts[parts.length - 1] as string
    if (parts.length === 1) return name === first
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
    const end = name.length - last.length
    let at = first.length
    for (let index = 1; index < parts.length - 1; index++) {
      const part = parts[index] as string
      const found = name.indexOf(part, at)
      if (found === -1 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
