import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { effectAt, type ReloadChange, reloadChanges } from '../history/views/reload-steps.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'
import { withoutReload } from '../without-reload.ts'

/** How what was done to the file is called. */
const STEPS: Readonly<Record<string, string>> = {
  truncated: 'cut off in the middle',
  'wrong-type': 'given a value of a wrong type',
  deleted: 'deleted',
}
/** Words that tell a person what a line is about; together with a level or a word of failure. */
const ABOUT = /config|reload|setting|parse|json|yaml|toml|enoent|no such file|unexpected (?:token|end)|invalid|schema/i
const MIN_OBSERVED = 5

export default defineTrial({
  id: 'CONF-02',
  slug: 'bad-configuration-is-rejected',
  claim: 'A bad configuration is rejected and said to be, the old one stays in force, and the next good one is taken.',
  procedure:
    'The declared file is cut off in the middle, given a value of a wrong type, and deleted; an answer that shows the value in force is looked at every 100 ms. ' +
    'It fails when the process ends, when an answer shows anything but the old value, when neither a line of the log nor a record nor a metric speaks of it, or when the next good file is not taken. ' +
    'Nobody can tell when even a good change had no effect.',
  seed: ['P6'],
  remedy: {
    feature: 'seaworthy/reload: checked as a whole, rejected with a line and a metric',
    page: 'guide/configuration-reload.md',
    change:
      'Check a new configuration completely before anything of it is used; when it is not valid, log the key and keep the old one.',
    rules: [],
  },
  voyages: ['reload'],
  isTiming: false,
  skipBecause: withoutReload,
  judge({ facts, lifetimes }) {
    const lifetime = lifetimes.find((each) => reloadChanges(each).length > 0)
    if (lifetime === undefined) return inconclusive('The file was never changed.')
    const changes = reloadChanges(lifetime)
    const good = changes.find(({ step }) => step === 'good')
    const bad = changes.filter(({ step }) => step in STEPS)
    const again = changes.find(({ step }) => step === 'good-again')
    if (good === undefined || effectAt(good) === undefined)
      return inconclusive('Even a good change had no effect (CONF-01), so it can not be told what a bad one does.')
    const file = facts.reload?.file.split('/').at(-1) ?? ''
    const findings = bad.map((change) => lookAt(change, lifetime, file))
    const evidence = findings.flatMap((finding) => finding.evidence)
    const ended = exitedByItself(lifetime)
    if (
      again !== undefined &&
      ended === undefined &&
      effectAt(again) === undefined &&
      again.observed.length >= MIN_OBSERVED
    )
      evidence.push({
        says: `The next good file was not taken within ${((again.to - again.from) / 1000).toFixed(1)} s.`,
        seen: { lifetime: lifetime.id, from: again.from, to: again.to },
        lines: lastLines(lifetime),
      })
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence })
    const unclear = findings.find(({ because }) => because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because)
    if (bad.length < 2 || again === undefined || effectAt(again) === undefined)
      return inconclusive('The voyage ended before a bad file and the next good one were tried.')
    const done = bad.map(({ step }) => STEPS[step] ?? step).join(', ')
    return pass(
      `The old value stayed in force while the file was ${done}, each was reported, and the next good file was taken.`,
      {
        notes: bad.some(({ step }) => step === 'wrong-type')
          ? []
          : ['A wrong type was not tried: the file is neither JSON nor YAML.'],
      },
    )
  },
})

interface Finding {
  readonly evidence: readonly Evidence[]
  readonly because?: string
}

function lookAt(change: ReloadChange, lifetime: Lifetime, file: string): Finding {
  const { step, from, to, observed, expects } = change
  const what = STEPS[step] ?? step
  const exit = exitedByItself(lifetime)
  if (exit !== undefined && exit.at >= from && exit.at <= to) {
    const says = `The process ended with ${describeExit(exit)}, ${Math.round(exit.at - from)} ms after the file was ${what}.`
    return { evidence: [{ says, seen: { lifetime: lifetime.id, from, to: exit.at }, lines: lastLines(lifetime) }] }
  }
  const evidence: Evidence[] = []
  const wrong = observed.filter(({ outcome, body }) => outcome === 'answered' && body?.includes(expects) !== true)
  const [first] = wrong
  if (first !== undefined)
    evidence.push({
      says: `After the file was ${what}, ${wrong.length} of ${observed.length} answers did not show the old value any more; the first had status ${first.status ?? 'none'}.`,
      seen: {
        lifetime: lifetime.id,
        from: first.startedAt,
        to: first.at,
        requests: wrong.slice(0, 20).map(({ id }) => id),
      },
    })
  else if (observed.filter(({ outcome }) => outcome === 'answered').length < MIN_OBSERVED)
    return { evidence, because: `Too few answers were seen after the file was ${what}.` }
  if (!isReported(change, lifetime, file))
    evidence.push({
      says: `After the file was ${what}, nothing spoke of it: no line, no record of the log, no metric.`,
      seen: { lifetime: lifetime.id, from, to },
      lines: lastLines(lifetime),
    })
  return { evidence }
}

function isReported({ from, to }: ReloadChange, lifetime: Lifetime, file: string): boolean {
  const within = ({ at }: { readonly at: number }): boolean => at >= from && at <= to
  const speaks = (text: string): boolean => ABOUT.test(text) || (file !== '' && text.includes(file))
  return (
    eventsOf(lifetime, 'output').some((event) => within(event) && speaks(event.line)) ||
    // Records and metrics come later: what counts is when they were made.
    eventsOf(lifetime, 'log').some(({ madeAt, body }) => within({ at: madeAt }) && speaks(body)) ||
    eventsOf(lifetime, 'metric').some(
      ({ name, value = 0, attributes }) =>
        /reload|config/i.test(name) &&
        value > 0 &&
        /fail|reject|error|invalid/i.test(`${name} ${Object.values(attributes).join(' ')}`),
    )
  )
}
