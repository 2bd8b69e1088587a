/**
 * A path such as `/users/:id` or `/health/*`, made ready to be compared with many. Comparing walks along both texts and
 * makes nothing.
 */
export class PathPattern {
  readonly #segments: readonly string[]
  readonly #isOpen: boolean

  /** @param pattern begins with a slash; `:name` or `*` is any one segment, `*` as the last one is all the rest */
  constructor(pattern: string) {
    const segments = pattern.split('/').slice(1)
    if (segments.at(-1) === '') segments.pop()
    this.#isOpen = segments.at(-1) === '*'
    if (this.#isOpen) segments.pop()
    this.#segments = segments.map((segment) => (segment.startsWith(':') || segment === '*' ? '' : segment))
  }

  matches(path: string): boolean {
    let at = 0
    for (const segment of this.#segments) {
      if (path.charCodeAt(at) !== SLASH) return false
      const slash = path.indexOf('/', at + 1)
      const end = slash === -1 ? path.length : slash
      const length = end - at - 1
      if (segment === '' ? length === 0 : length !== segment.length || !path.startsWith(segment, at + 1)) return false
      at = end
    }
    const isAtEnd = at >= path.length || (at === path.length - 1 && path.charCodeAt(at) === SLASH)
    return isAtEnd || (this.#isOpen && path.charCodeAt(at) === SLASH)
  }
}

const SLASH = 0x2f
