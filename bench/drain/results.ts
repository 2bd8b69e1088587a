import { readText } from '../../scripts/repository-files.ts'
import type { MeasuredOn } from '../measured-on.ts'
import { quantile } from '../statistics.ts'
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
export interface Measurement extends MeasuredOn {
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

/** The installed versions of the packages that are compared. */
export function versionsOf(variants: readonly Variant[]): Readonly<Record<string, string>> {
  const versionIn = (path: string): string => (JSON.parse(readText(path)) as { version: string }).version
  const names = variants.flatMap(({ packageName }) => packageName ?? [])
  return {
    seaworthy: versionIn('package.json'),
    ...Object.fromEntries(names.map((name) => [name, versionIn(`bench/node_modules/${name}/package.json`)])),
  }
}

/** One line for each cell, so that the file stays readable and its differences small. */
export function toText({ cells, ...head }: Measurement): string {
  const lines = cells.map((cell) => `    ${JSON.stringify(cell)}`).join(',\n')
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "cells": [\n${lines}\n  ]\n}\n`
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
  return values.length === 0 ? 0 : Math.round(quantile(values, 0.5))
}

/** A loss in one line, for people who look for its reason. */
export function describeLoss(loss: Loss): string {
  const { outcome, client, reuse, sentMs, settledMs, onWireMs, serverClosedMs, errorCode } = loss
  const at = (what: string, ms: number | undefined): string => (ms === undefined ? '' : `, ${what} ${ms} ms`)
  return `${outcome}${errorCode === undefined ? '' : ` (${errorCode})`}, ${client}, use ${reuse + 1} of its connection: sent ${sentMs} ms after SIGTERM${at('on the wire', onWireMs)}${at('server closed', serverClosedMs)}${at('known', settledMs)}`
}
