import type { Leg } from '../leg.ts'
import type { Plan } from '../plan.ts'
import type { JudgedTrial, SailedVoyage } from '../report.ts'
import type { RunWatcher } from '../run-trials.ts'
import { type Paint, paintOutcome } from './paint.ts'
import { safeLine } from './safe-text.ts'
import { aboutWords, plural } from './words.ts'

/** One line when a voyage begins and one for each verdict: for logs, where nothing can be drawn over. */
export class PlainLines implements RunWatcher {
  readonly #print: (line: string) => void
  readonly #paint: Paint
  #count = 0
  #place = 0

  constructor(print: (line: string) => void, paint: Paint) {
    this.#print = print
    this.#paint = paint
  }

  planned({ legs, laneCount, estimateMs }: Plan): void {
    this.#count = legs.length
    const together = laneCount > 1 ? `, up to ${laneCount} at a time` : ''
    this.#print(`plan          ${plural(legs.length, 'voyage')}${together}, ${aboutWords(estimateMs)}`)
  }

  voyageBegan({ voyage, trials, estimateMs }: Leg, attempt: number): void {
    this.#place++
    const which = attempt > 1 ? 'once more' : `${this.#place} of ${this.#count}`
    this.#print(
      `voyage        ${which}: ${voyage.title}, ${aboutWords(estimateMs)}, for ${trials.map(({ id }) => id).join(' ')}`,
    )
  }

  voyageEnded({ error }: SailedVoyage): void {
    if (error !== undefined) this.#print(`harness       ${safeLine(error.says)}`)
  }

  judged({ trial, verdict: { outcome, says } }: JudgedTrial): void {
    const word = paintOutcome(this.#paint, outcome, outcome.padEnd(14))
    this.#print(`${word}${trial.id} ${trial.slug}: ${safeLine(says)}`)
  }
}
