import { byArea } from '../areas.ts'
import type { JudgedTrial, TrialReport } from '../report.ts'
import { type Seen, SHOWN_EVIDENCE } from './failure.ts'
import { remedySource } from './remedy-source.ts'
import { safeLine } from './safe-text.ts'
import { sightingWords } from './words.ts'

/**
 * The run as JUnit XML, a suite for each area. A FAIL is a failure, a SKIP is skipped; INCONCLUSIVE is skipped with its
 * reason, or an error under `isStrict`; what the harness did wrong is always an error.
 */
export function renderJunit(report: TrialReport, isStrict: boolean): string {
  const lifetimes = new Map(report.sailed.flatMap((leg) => leg.lifetimes).map((each) => [each.id, each]))
  const suites = byArea(report.judged, ({ trial }) => trial.id).map(({ prefix, title, items }) => {
    const cases = items.map((each) => renderCase(each, prefix, { lifetimes, facts: report.facts }, isStrict))
    return [
      `  <testsuite ${attributes({ name: `seaworthy trial: ${title}`, ...counts(items, isStrict), timestamp: isoTime(report) })}>`,
      `    <properties><property name="seed" value="${report.seed}"/></properties>`,
      ...cases,
      '  </testsuite>',
    ].join('\n')
  })
  const all = attributes({
    name: 'seaworthy trial',
    ...counts(report.judged, isStrict),
    time: (report.tookMs / 1000).toFixed(3),
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${all}>`, ...suites, '</testsuites>', ''].join('\n')
}

type Kind = 'passed' | 'failure' | 'error' | 'skipped'

function kindOf({ verdict: { outcome }, harnessError }: JudgedTrial, isStrict: boolean): Kind {
  if (outcome === 'PASS') return 'passed'
  if (outcome === 'FAIL') return 'failure'
  if (harnessError !== undefined) return 'error'
  return outcome === 'INCONCLUSIVE' && isStrict ? 'error' : 'skipped'
}

function counts(judged: readonly JudgedTrial[], isStrict: boolean): Readonly<Record<string, number>> {
  const count = (kind: Kind): number => judged.filter((each) => kindOf(each, isStrict) === kind).length
  return { tests: judged.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') }
}

function renderCase(judged: JudgedTrial, prefix: string, seen: Seen, isStrict: boolean): string {
  const { trial, verdict } = judged
  const head = attributes({ classname: `seaworthy.${prefix}`, name: `${trial.id} ${trial.slug}` })
  const kind = kindOf(judged, isStrict)
  if (kind === 'passed') return `    <testcase ${head}/>`
  const message = attributes({ message: `${verdict.outcome}: ${safeLine(verdict.says)}` })
  const inner =
    kind === 'skipped' ? `<skipped ${message}/>` : `<${kind} ${message}>${escapeXml(details(judged, seen))}</${kind}>`
  return `    <testcase ${head}>\n      ${inner}\n    </testcase>`
}

function details({ trial, verdict, harnessError }: JudgedTrial, { lifetimes, facts }: Seen): string {
  const { label, text } = remedySource(trial.remedy, facts)
  const evidence = verdict.evidence
    .slice(0, SHOWN_EVIDENCE)
    .flatMap(({ says, seen, lines = [] }) => [
      `- ${says}${seen === undefined ? '' : ` (${sightingWords(seen, lifetimes)})`}`,
      ...lines.map((line) => `    ${line}`),
    ])
  const mend = verdict.outcome === 'FAIL' ? [`mend: ${trial.remedy.change}`, `${label}: ${text}`] : []
  return [`claim: ${trial.claim}`, ...evidence, ...(harnessError?.lines ?? []), ...mend].map(safeLine).join('\n')
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value))}"`)
    .join(' ')
}

/** `safeLine` has taken out what XML can't hold, but for the two that are no characters at all. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[\ufffe\uffff]/g, '·')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function isoTime({ startedAtUnixMs }: TrialReport): string {
  return new Date(startedAtUnixMs).toISOString().replace(/\.\d+Z$/, '')
}
