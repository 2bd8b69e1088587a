import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Loss, TrialResult } from './trial.ts'
import type { Variant } from './variants.ts'

/** All runs of one variant in one scenario with one wire delay. */
export interface Cell {
  readonly variant: string
  readonly scenario: string
  readonly wireDelayMs: number
  readonly runs: readonly TrialResult[]
}

/** What one invocation measured. */
export interface Measurement {
  readonly date: string
  readonly commit: string
  /** Whether the sources were those of the commit. */
  readonly isDirty: boolean
  readonly node: string
  readonly machine: string
  readonly seed: number
  readonly parallel: number
  readonly tookMs: number
  readonly versions: Readonly<Record<string, string>>
  /** Trials that could not be done. */
  readonly troubles: readonly string[]
  readonly cells: readonly Cell[]
}

/** One element of what `--json` prints: sums over all scenarios of the invocation. */
export interface JsonRow {
  readonly variant: string
  readonly runs: number
  readonly sent: number
  readonly failed: number
  readonly reset: number
  readonly status503: number
  readonly exitCodes: readonly number[]
  readonly stopMs: number
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = fileURLToPath(new URL('./results/', import.meta.url))
/** Runs that are no basis for the page go here, for whoever wants to look at a loss. */
const LAST = `${ROOT}build/bench-drain/`

export function describeMachine(): Pick<Measurement, 'commit' | 'isDirty' | 'node' | 'machine'> {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isDirty: git('status', '--porcelain', '--', 'src', 'bench/drain').length > 0,
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform}`,
  }
}

/** The installed versions of the packages that are compared. */
export function versionsOf(variants: readonly Variant[]): Readonly<Record<string, string>> {
  const folder = fileURLToPath(new URL('../node_modules/', import.meta.url))
  const own = createRequire(import.meta.url)(`${ROOT}package.json`) as { version: string }
  const versions: Record<string, string> = { seaworthy: own.version }
  for (const { packageName } of variants) {
    if (packageName === undefined) continue
    versions[packageName] = (
      JSON.parse(readFileSync(`${folder}${packageName}/package.json`, 'utf8')) as { version: string }
    ).version
  }
  return versions
}

/** @returns the path of the file */
export function store(measurement: Measurement, { forPage }: { readonly forPage: boolean }): string {
  const folder = forPage ? FOLDER : LAST
  mkdirSync(folder, { recursive: true })
  const name = forPage ? `${measurement.date.slice(0, 19).replaceAll(':', '')}-${measurement.commit}.json` : 'last.json'
  writeFileSync(`${folder}${name}`, toText(measurement))
  return `${folder}${name}`
}

/** One line for each cell, so that the file stays readable and its differences small. */
function toText({ cells, ...head }: Measurement): string {
  const lines = cells.map((cell) => `    ${JSON.stringify(cell)}`).join(',\n')
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "cells": [\n${lines}\n  ]\n}\n`
}

/** The newest measurement that is a basis for the page. */
export function newest(): Measurement | undefined {
  const name = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .at(-1)
  return name === undefined ? undefined : (JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')) as Measurement)
}

/** Sums over the scenarios, in the order of `variants`. */
export function toJsonRows(cells: readonly Cell[], variants: readonly Variant[]): readonly JsonRow[] {
  return variants.map(({ name }) => {
    const runs = cells.filter((cell) => cell.variant === name).flatMap((cell) => cell.runs)
    const sum = (key: 'sent' | 'failed' | 'reset' | 'status503'): number =>
      runs.reduce((total, { counts }) => total + counts[key], 0)
    return {
      variant: name,
      runs: runs.length,
      sent: sum('sent'),
      failed: sum('failed'),
      reset: sum('reset'),
      status503: sum('status503'),
      exitCodes: runs.map(({ exitCode }) => exitCode),
      stopMs: median(runs.map(({ stopMs }) => stopMs)),
    }
  })
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? 0) + upper) / 2)
}

/** A loss in one line, for people who look for its reason. */
export function describeLoss(loss: Loss): string {
  const { outcome, client, reuse, sentMs, settledMs, onWireMs, serverClosedMs, errorCode } = loss
  const at = (what: string, ms: number | undefined): string => (ms === undefined ? '' : `, ${what} ${ms} ms`)
  return `${outcome}${errorCode === undefined ? '' : ` (${errorCode})`}, ${client}, use ${reuse + 1} of its connection: sent ${sentMs} ms after SIGTERM${at('on the wire', onWireMs)}${at('server closed', serverClosedMs)}${at('known', settledMs)}`
}
