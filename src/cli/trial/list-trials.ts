import { byArea } from '../../trial/areas.ts'
import { chooseTrials, type Wishes } from '../../trial/choose.ts'
import { safeJson } from '../../trial/output/safe-text.ts'
import { wrap } from '../../trial/output/text-width.ts'
import type { Trial } from '../../trial/trial.ts'
import type { Voyage } from '../../trial/voyage.ts'
import type { CommandContext } from '../command.ts'

type Printer = Pick<CommandContext, 'options' | 'print'>

/** Prints id, slug and claim of every trial, those that only `--full` runs with a sign. */
export function listTrials(trials: ReadonlyMap<string, Trial>, wishes: Wishes, { options, print }: Printer): void {
  const chosen = chooseTrials(trials.values(), { ...wishes, isFull: true })
  if (options['json'] === true) {
    print(safeJson(chosen.map(toJson)))
    return
  }
  const idWidth = Math.max(...chosen.map(({ id }) => id.length))
  const slugWidth = Math.max(...chosen.map(({ slug }) => slug.length))
  for (const { title, items } of byArea(chosen, ({ id }) => id)) {
    print(title)
    for (const { id, slug, claim, isExtra } of items) {
      print(
        `  ${id.padEnd(idWidth)}  ${slug.padEnd(slugWidth)}  ${claim}${isExtra === true ? ' (only with --full)' : ''}`,
      )
    }
    print('')
  }
  print('seaworthy trial --explain STOP-01 says how one is tried and what mends a failure.')
}

/** Prints all there is to know of some trials. */
export function explainTrials(
  trials: ReadonlyMap<string, Trial>,
  names: readonly string[],
  { options, print, voyages }: Printer & { readonly voyages: ReadonlyMap<string, Voyage> },
): void {
  const chosen = chooseTrials(trials.values(), { only: names, skip: [], isFull: true })
  if (options['json'] === true) print(safeJson(chosen.map(toJson)))
  else print(chosen.map((trial) => explain(trial, voyages)).join('\n\n'))
}

const WIDTH = 100
const INDENT = '            '

function explain(trial: Trial, voyages: ReadonlyMap<string, Voyage>): string {
  const { id, slug, claim, procedure, remedy, seed, isTiming, isExtra } = trial
  const rows: readonly (readonly [string, string])[] = [
    ['claim', claim],
    ['how', procedure],
    ['voyages', voyageWords(trial, voyages)],
    ['principles', seed.join(', ')],
    ...(isTiming ? [['timing', 'It compares times: on a noisy machine it is inconclusive.'] as const] : []),
    ...(isExtra === true ? [['extra', 'It is run with --full, or when --only names it.'] as const] : []),
    ['mend', remedy.change],
    ['with', `${remedy.feature} · docs/${remedy.page}`],
    ...(remedy.rules.length === 0 ? [] : [['check', `seaworthy check: ${remedy.rules.join(', ')}`] as const]),
  ]
  const lines = rows.flatMap(([label, text]) =>
    wrap(text, WIDTH - INDENT.length).map(
      (line, index) => `${(index === 0 ? label : '').padEnd(INDENT.length)}${line}`,
    ),
  )
  return [`${id} ${slug}`, ...lines].join('\n')
}

/** How long each takes, too, beside what the service itself does. */
function voyageWords(trial: Trial, voyages: ReadonlyMap<string, Voyage>): string {
  if (trial.voyages.length === 0) return 'none: it needs only what is known of the service'
  const each = trial.voyages.map((id) => {
    const seconds = voyages.get(id)?.seconds
    if (seconds === undefined) return id
    return `${id} (about ${seconds.default} s${seconds.quick === 0 ? ', not with --quick' : `, ${seconds.quick} s with --quick`})`
  })
  return `${each.join(', ')}, and what the service takes for its starts and stops`
}

function toJson({ id, slug, claim, procedure, remedy, voyages, seed, isTiming, isExtra = false }: Trial): object {
  return { id, slug, claim, procedure, voyages, principles: seed, isTiming, isExtra, remedy }
}
