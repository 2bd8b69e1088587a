import { printable } from '../../store/view/printable.ts'

/** Of a line of the service's output; the whole of it is in the report. */
const MAX_LENGTH = 2000

/** Control characters beyond those that JSON escapes, and marks that turn the direction of text round. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text on one line that a terminal shows and doesn't act upon, whoever wrote it. */
export function safeLine(text: string): string {
  return printable(text, MAX_LENGTH)
}

/** JSON on one line, with everything escaped that a terminal would act upon. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE_IN_JSON,
    (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
