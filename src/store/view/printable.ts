/** Control characters, line separators, and marks that change the direction of text: what could disturb a terminal. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Foreign text on one line, without anything that a terminal would act upon, at most `maxLength` characters. */
export function printable(text: string, maxLength: number): string {
  // Cut before replacing: the text may be megabytes long.
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return cut.replace(UNSAFE, '·').toWellFormed()
}
