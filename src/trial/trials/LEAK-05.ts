import { type IdleWindow, idleWindows } from '../history/views/idle-windows.ts'
import { defineTrial } from '../trial.ts'
import { bytes } from '../verdict/bytes.ts'
import {
  isQuiet,
  LEAST_IDLE_RISE_BYTES,
  MAX_IDLE_CPU_RATIO,
  type Restlessness,
  restlessnessOf,
} from '../verdict/judge-idleness.ts'
import { lazyCollectorOf } from '../verdict/lazy-collector.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

/** What happens once, or once a minute, is work; what happens in every window goes on for ever. */
const NEEDED_WINDOWS = 3
const MIN_WINDOW_MS = 4000

/** The worst first. */
const RESTLESS: readonly {
  readonly is: keyof Restlessness
  readonly says: (windows: readonly IdleWindow[]) => string
}[] = [
  {
    is: 'isBusy',
    says: (windows) =>
      `With nothing to do it used ${each(windows, ({ cpuRatio }) => percent(cpuRatio))} of a processor, in windows of five seconds.`,
  },
  {
    is: 'opensFiles',
    says: (windows) =>
      `With nothing to do it opened files in every window and did not close them: ${each(windows, ({ before, after }) => `+${after.openFileCount - before.openFileCount}`)}.`,
  },
  {
    is: 'takesMemory',
    says: (windows) =>
      `With nothing to do it took more memory in every window: ${each(windows, ({ before, after }) => bytes(after.rssBytes - before.rssBytes))}.`,
  },
]

export default defineTrial({
  id: 'LEAK-05',
  slug: 'idle-is-idle',
  claim: 'A service that has nothing to do does nothing, and keeps nothing.',
  procedure:
    'After some requests nobody asks anything for five seconds, and the kernel tells what the processes used and hold. ' +
    `It is idle when it used at most ${percent(MAX_IDLE_CPU_RATIO)} of one processor, opened no more than two files that stayed open, and took no more than ${bytes(LEAST_IDLE_RISE_BYTES)}: less is how allocators take memory. ` +
    'Where it was not, there are two more windows: it passes when one of them was quiet, since something may be done once, and fails when the same was seen in all three. ' +
    'Memory alone does not fail a runtime that lets garbage lie. ' +
    'Nobody can tell when the kernel gives no figures, or the service ended.',
  seed: ['A5'],
  remedy: {
    feature: 'supervised tasks with an interval, which wait between two turns and end with the service',
    page: 'guide/supervised-tasks.md',
    change: 'Wait in every endless loop: for a timer, for a message, for a connection; never ask again at once.',
    rules: [],
  },
  voyages: ['idle'],
  isTiming: false,
  isExtra: true,
  judge({ facts, lifetimes }) {
    const windows = lifetimes
      .flatMap(idleWindows)
      .filter(({ from, to, requestCount }) => to - from >= MIN_WINDOW_MS && requestCount === 0)
    const figures = figuresOf(windows)
    if (windows.length === 0)
      return inconclusive('No window without requests was seen with figures of the kernel and the service running.', {
        figures,
      })
    const quiet = windows.find(isQuiet)
    if (quiet !== undefined) {
      const { cpuRatio, after, before } = quiet
      const notes =
        windows[0] === quiet ? [] : ['It was not quiet at first, as of something that is done once or now and then.']
      return pass(
        `With nothing to do it used ${percent(cpuRatio)} of a processor in ${Math.round((quiet.to - quiet.from) / 1000)} s; open files went from ${before.openFileCount} to ${after.openFileCount}, and memory by ${bytes(after.rssBytes - before.rssBytes)}.`,
        { figures, notes },
      )
    }
    if (windows.length < NEEDED_WINDOWS)
      return inconclusive(`It was not quiet in ${windows.length} windows, and it takes ${NEEDED_WINDOWS} to tell.`, {
        figures,
      })
    const evidence = RESTLESS.filter(({ is }) => windows.every((window) => restlessnessOf(window)[is])).map(
      ({ is, says }) => ({ is, evidence: toEvidence(says(windows), windows) }),
    )
    const [worst] = evidence
    if (worst === undefined)
      return inconclusive('Every window had something else that was not quiet, and none had it always.', { figures })
    const lazy = worst.is === 'takesMemory' ? lazyCollectorOf(facts) : undefined
    if (lazy !== undefined) return inconclusive(`${worst.evidence.says} ${lazy}`, { figures })
    return fail(worst.evidence.says, { evidence: evidence.map((each) => each.evidence), figures })
  },
})

function toEvidence(says: string, windows: readonly IdleWindow[]): Evidence {
  const [first] = windows as [IdleWindow]
  return {
    says,
    seen: { lifetime: first.lifetime, from: first.from, to: first.to },
    lines: windows.map(
      ({ cpuRatio, before, after }) =>
        `${percent(cpuRatio)} of a processor; open files ${before.openFileCount} → ${after.openFileCount}; memory ${bytes(before.rssBytes)} → ${bytes(after.rssBytes)}; threads ${before.threadCount} → ${after.threadCount}`,
    ),
  }
}

function each(windows: readonly IdleWindow[], tell: (window: IdleWindow) => string): string {
  const words = windows.map(tell)
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function figuresOf(windows: readonly IdleWindow[]): Figure[] {
  return windows.flatMap(({ cpuRatio, before, after }, index) => [
    { name: `window${index + 1}CpuRatio`, value: Math.round(cpuRatio * 10_000) / 10_000 },
    { name: `window${index + 1}OpenFilesGrowth`, value: after.openFileCount - before.openFileCount },
    { name: `window${index + 1}RssGrowthBytes`, value: after.rssBytes - before.rssBytes },
  ])
}
