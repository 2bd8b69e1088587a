const MAX_LENGTH = 200

/** What a server wrote for people, fit for one line of a log: bounded, and without what a terminal would obey. */
export function serverText(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
