import { type HandleRound, handleRounds } from '../history/views/handle-rounds.ts'
import { keptByBurn, type KeptByBurn } from '../history/views/kept-by-burn.ts'
import type { ReadingEvent } from '../history/process-events.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

/** What may be more after a round: whichever is more. */
const ALLOWED_COUNT = 2
const ALLOWED_SHARE = 0.01
const NEEDED_ROUNDS = 2
/** Fewer connections than this would hide what is lost of one in ten. */
const MIN_CONNECTIONS = 50
/**
 * Requests came over 34 connections at a time: pools of that size, one for each of some dependencies, are far below. Without
 * it a service that has kept all that it may have, or that its dependency takes, before the first round would keep nothing more.
 */
const MOST_KEPT_BY_BURN = 500

/** What is counted, and how it is called. */
const KINDS = [
  { name: 'open files', figure: 'openFiles', of: (reading: ReadingEvent) => reading.openFileCount },
  {
    name: 'sockets in CLOSE_WAIT',
    figure: 'closeWait',
    of: (reading: ReadingEvent) => reading.sockets?.['CLOSE_WAIT'] ?? 0,
  },
  { name: 'connections', figure: 'established', of: (reading: ReadingEvent) => reading.sockets?.['ESTABLISHED'] ?? 0 },
  { name: 'threads', figure: 'threads', of: (reading: ReadingEvent) => reading.threadCount },
  { name: 'processes', figure: 'processes', of: (reading: ReadingEvent) => reading.processCount },
] as const

export default defineTrial({
  id: 'LEAK-02',
  slug: 'handles-are-given-back',
  claim: 'Files, sockets, threads and processes are given back when their clients are gone.',
  procedure:
    'Clients come and go in every way: answered, given up in the middle, gone after half a request, idle. After three seconds of quiet, open files, sockets by state, threads and processes are counted again. ' +
    `It fails when in two rounds of two one of them has grown by more than two and more than 1 % of the connections that were made; or when there are over ${MOST_KEPT_BY_BURN} open files more after many requests over few connections than before. ` +
    `Nobody can tell when fewer than ${MIN_CONNECTIONS} connections were made in a round, or the kernel gives no figures.`,
  seed: ['A5'],
  remedy: {
    feature:
      'the connection ledger of the server, and the signal of a request that is aborted when its client goes away',
    page: 'guide/drain.md',
    change:
      'Close what a request opened when its client goes away: listen to "close" and to "error", and end the other side.',
    rules: [],
  },
  voyages: ['growth'],
  isTiming: false,
  judge({ lifetimes }) {
    const rounds = lifetimes.flatMap(handleRounds)
    const whole = rounds.filter(({ before, after }) => before !== undefined && after !== undefined)
    const used = whole.filter(({ connectionCount }) => connectionCount >= MIN_CONNECTIONS)
    const figures = figuresOf(whole)
    const pile = lifetimes
      .flatMap((lifetime) => keptByBurn(lifetime) ?? [])
      .find((each) => keptFiles(each) > MOST_KEPT_BY_BURN)
    if (pile !== undefined) {
      const evidence = pileOf(pile)
      return fail(evidence.says, { evidence: [evidence], figures })
    }
    if (used.length < NEEDED_ROUNDS) {
      const few = rounds.find((round) => !used.includes(round))
      const why =
        few === undefined
          ? `${rounds.length} rounds were seen`
          : few.before === undefined || few.after === undefined
            ? 'the kernel gave no figures of the sockets'
            : `only ${few.connectionCount} connections were made in a round, and it takes ${MIN_CONNECTIONS}`
      return inconclusive(`It can't be told what is given back: ${why}; ${NEEDED_ROUNDS} whole rounds are needed.`, {
        figures,
      })
    }
    const evidence = KINDS.flatMap((kind) => evidenceOf(kind, used))
      .toSorted((one, other) => other.grown - one.grown)
      .map((each) => each.evidence)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const total = used.reduce((sum, { connectionCount }) => sum + connectionCount, 0)
    return pass(`Nothing was kept of ${total} connections in ${used.length} rounds.`, { figures, notes: notesOf(used) })
  },
})

type Kind = (typeof KINDS)[number]

function keptFiles({ before, after }: KeptByBurn): number {
  return after.openFileCount - before.openFileCount
}

function pileOf(pile: KeptByBurn): Evidence {
  const { lifetime, before, after } = pile
  return {
    says: `There are ${keptFiles(pile)} more open files after many requests over few connections, whose clients have gone.`,
    seen: { lifetime, from: before.at, to: after.at },
    lines: [describe('before', before), describe('after ', after)],
  }
}

function grownBy({ of }: Kind, { before, after }: HandleRound): number {
  return before === undefined || after === undefined ? 0 : of(after) - of(before)
}

function isTooMuch(kind: Kind, round: HandleRound): boolean {
  return grownBy(kind, round) > Math.max(ALLOWED_COUNT, round.connectionCount * ALLOWED_SHARE)
}

/** Only what grows every time: a pool that is filled once grows once. */
function evidenceOf(
  kind: Kind,
  rounds: readonly HandleRound[],
): { readonly evidence: Evidence; readonly grown: number }[] {
  if (!rounds.every((round) => isTooMuch(kind, round))) return []
  const worst = rounds.toSorted((one, other) => grownBy(kind, other) - grownBy(kind, one))[0]
  if (worst?.before === undefined || worst.after === undefined) return []
  const each = rounds.map((round) => `+${grownBy(kind, round)}`).join(' and ')
  const evidence = {
    says: `There are more ${kind.name} after every round: ${each}, with ${worst.connectionCount} connections made in one.`,
    seen: { lifetime: worst.lifetime, from: worst.from, to: worst.to },
    lines: [describe('before', worst.before), describe('after ', worst.after)],
  }
  return [{ evidence, grown: grownBy(kind, worst) }]
}

function describe(when: string, reading: ReadingEvent): string {
  const sockets = Object.entries(reading.sockets ?? {}).map(([state, count]) => `${count} ${state}`)
  return `${when}: ${reading.openFileCount} open files, ${reading.threadCount} threads, ${reading.processCount} processes; sockets: ${sockets.join(', ') || 'none'}`
}

function notesOf(rounds: readonly HandleRound[]): string[] {
  return KINDS.filter((kind) => rounds.some((round) => isTooMuch(kind, round))).map(
    (kind) => `There were more ${kind.name} after one round and not after another, as of a pool that was filled.`,
  )
}

function figuresOf(rounds: readonly HandleRound[]): Figure[] {
  return [
    ...rounds.map(({ connectionCount }, index) => ({
      name: `round${index + 1}ConnectionCount`,
      value: connectionCount,
    })),
    ...KINDS.flatMap((kind) =>
      rounds.map((round, index) => ({ name: `round${index + 1}${kind.figure}Growth`, value: grownBy(kind, round) })),
    ),
  ]
}
