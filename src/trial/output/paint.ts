import { styleText } from 'node:util'
import type { Outcome } from '../verdict/verdict.ts'

/** How something looks on a terminal; the same text where there is no colour. */
export type Paint = (style: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string

export function makePaint(hasColour: boolean): Paint {
  return (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text)
}

/** A sign and a word for each outcome: colour is never all that tells them apart. */
export const OUTCOME_SIGN: Readonly<Record<Outcome, string>> = { PASS: '✓', FAIL: '✗', INCONCLUSIVE: '?', SKIP: '–' }

const STYLE = { PASS: 'green', FAIL: 'red', INCONCLUSIVE: 'yellow', SKIP: 'dim' } as const

/** `✗ FAIL`, in its colour. */
export function paintOutcome(paint: Paint, outcome: Outcome, text = `${OUTCOME_SIGN[outcome]} ${outcome}`): string {
  return paint(STYLE[outcome], text)
}
