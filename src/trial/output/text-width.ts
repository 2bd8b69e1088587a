/** Letters that take two columns: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
/** Letters that take none: they change the one before. */
const NONE = /\p{Mark}|\p{Format}/u
const ONLY_ASCII = /^[\u0020-\u007e]*$/

/** How many columns of a terminal a text without control characters takes. */
export function widthOf(text: string): number {
  if (ONLY_ASCII.test(text)) return text.length
  let width = 0
  for (const letter of text) width += letterWidth(letter)
  return width
}

/** The text in at most so many columns; what doesn't fit is replaced by `…`. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let width = 0
  let kept = ''
  for (const letter of text) {
    width += letterWidth(letter)
    if (width > columns - 1) break
    kept += letter
  }
  return columns <= 0 ? '' : `${kept.trimEnd()}…`
}

/** The text in lines of at most so many columns, broken between words, and within one only when it is longer than that. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= columns) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (widthOf(line) > columns) {
      const part = Array.from(line)
        .slice(0, Math.max(1, Math.floor(columns / (widthOf(line) > line.length ? 2 : 1))))
        .join('')
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

function letterWidth(letter: string): number {
  if (NONE.test(letter)) return 0
  return WIDE.test(letter) ? 2 : 1
}
