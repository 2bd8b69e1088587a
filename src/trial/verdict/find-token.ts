/** How a token was written where it was found. */
export type Encoding = 'as it is' | 'in base64' | 'URL-encoded' | 'in hexadecimal'

/** A text to look for, and what it means when it is there. */
export interface Needle {
  readonly text: string
  readonly encoding: Encoding
}

/**
 * All ways in which a token may be written: as it is (JSON escapes no letter and no digit), percent-encoded letter by letter, in
 * hexadecimal, and in base64 at each of the three places that it can have among other bytes, without the letters at its
 * ends that depend on what stands beside it.
 */
export function needlesOf(token: string): readonly Needle[] {
  const bytes = Buffer.from(token)
  const hex = bytes.toString('hex')
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const needles: Needle[] = [
    { text: token, encoding: 'as it is' },
    { text: percent, encoding: 'URL-encoded' },
    { text: percent.toUpperCase(), encoding: 'URL-encoded' },
    { text: hex, encoding: 'in hexadecimal' },
  ]
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const clean = Math.floor(((offset + bytes.length) * 8) / 6)
    needles.push({ text: encoded.slice(Math.ceil((offset * 8) / 6), clean), encoding: 'in base64' })
  }
  return needles.flatMap((needle) =>
    /[+/]/.test(needle.text)
      ? [needle, { ...needle, text: needle.text.replaceAll('+', '-').replaceAll('/', '_') }]
      : [needle],
  )
}

/** How the token is written in the text; `undefined` when it is not there. */
export function findToken(text: string, needles: readonly Needle[]): Encoding | undefined {
  return needles.find((needle) => text.includes(needle.text))?.encoding
}
