/**
 * The template of an address with this password in the place of its own; `undefined` when it has none: there is nothing to
 * keep secret then, and a client that asks for no password might refuse one.
 */
export function withPassword(template: string, password: string): string | undefined {
  const [, before, rest] = /^([a-z][a-z\d+.-]*:\/\/[^\s/@:]*:)[^\s/@]*(@[^\s/@]+:\{port\}.*)$/is.exec(template) ?? []
  return before === undefined || rest === undefined ? undefined : `${before}${password}${rest}`
}
