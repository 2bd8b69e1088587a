/** A text that must be equal, or a pattern that must match. */
export type TextMatch = string | RegExp

export function compileTextMatch(match: TextMatch): (text: string) => boolean {
  if (typeof match === 'string') return (text) => text === match
  return (text) => text.search(match) !== -1
}
