import type { Clock } from '../../core/clock.ts'
import { hideSecretsOfValue } from '../../core/secret-text.ts'
import type { Facts } from '../../trial/facts.ts'
import { factsLines } from '../../trial/output/facts-lines.ts'
import { endedEvent, plannedEvent, startedEvent, verdictEvent, voyageEvent } from '../../trial/output/json-events.ts'
import { LiveView } from '../../trial/output/live-view.ts'
import { makePaint, type Paint } from '../../trial/output/paint.ts'
import { PlainLines } from '../../trial/output/plain-lines.ts'
import { safeJson, safeLine } from '../../trial/output/safe-text.ts'
import { renderReport } from '../../trial/output/text-report.ts'
import type { Page } from '../../trial/output/verdict-table.ts'
import type { RunSettings, TrialReport } from '../../trial/report.ts'
import type { RunWatcher } from '../../trial/run-trials.ts'
import type { Trial } from '../../trial/trial.ts'
import type { CommandContext } from '../command.ts'

/** Where a run is shown. */
export interface TrialOutput {
  readonly watcher: RunWatcher
  /** The service is known. */
  begun(settings: RunSettings): void
  /** Takes away what was only for the time of the run. Safe to call again. */
  close(): void
  ended(report: TrialReport, exitCode: number): void
}

export interface OutputOptions {
  readonly context: CommandContext
  /** What starts the service. */
  readonly command: readonly string[]
  readonly clock: Clock
  readonly trials: readonly Trial[]
  readonly isJson: boolean
}

/** For a program, for a person who watches, or for a log. */
export function openOutput(options: OutputOptions): TrialOutput {
  if (options.isJson) return jsonOutput(options)
  return options.context.screen === undefined ? plainOutput(options) : liveOutput(options)
}

function paintFor({ isTerminal, env }: CommandContext): Paint {
  return makePaint(isTerminal && !env['NO_COLOR'])
}

/** The end of a run, as a person reads it. */
export function printReport(report: TrialReport, context: CommandContext): void {
  const columns = context.screen?.columns
  const page: Page = { paint: paintFor(context), ...(columns === undefined ? {} : { columns }) }
  const hint = 'With --html report.html there is a page that shows every request, probe and signal.'
  for (const line of renderReport(report, page, context.options['html'] === undefined ? hint : undefined))
    context.print(line)
}

function plainOutput({ context, command }: OutputOptions): TrialOutput {
  const { print } = context
  print(heading(command))
  return {
    watcher: new PlainLines(print, paintFor(context)),
    begun: (settings) => printFacts(settings, print),
    close() {},
    ended(report) {
      print('')
      printReport(report, context)
    },
  }
}

function liveOutput({ context, command, clock, trials }: OutputOptions): TrialOutput {
  const { print, screen } = context
  if (screen === undefined) throw new Error('A live view needs a terminal')
  print(heading(command))
  const view = new LiveView({ screen, clock, paint: paintFor(context), trials })
  return {
    watcher: view,
    begun: (settings) => view.printAbove(() => printFacts(settings, print)),
    close: () => view.end(),
    ended(report) {
      view.end()
      print('')
      printReport(report, context)
    },
  }
}

function heading(command: readonly string[]): string {
  return safeLine(`Sea trial of ${command.map(hideSecretsOfValue).join(' ')}`)
}

function printFacts(
  { facts, seed, chosen }: RunSettings & { readonly facts: Facts },
  print: (line: string) => void,
): void {
  for (const line of factsLines(facts)) print(line)
  print(`${'trials'.padEnd(14)}${chosen.length}, seed ${seed}`)
}

function jsonOutput({ context: { print } }: Pick<OutputOptions, 'context'>): TrialOutput {
  const emit = (event: object): void => print(safeJson(event))
  return {
    watcher: {
      planned: (plan) => emit(plannedEvent(plan)),
      voyageEnded: (sailed) => emit(voyageEvent(sailed)),
      judged: (judged) => emit(verdictEvent(judged)),
    },
    begun: (settings) => emit(startedEvent(settings)),
    close() {},
    ended: (report, exitCode) => emit(endedEvent(report, exitCode)),
  }
}
