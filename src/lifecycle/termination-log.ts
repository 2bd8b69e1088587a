import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { Environment } from '../core/env-reader.ts'
import { hideSecrets } from '../core/secret-text.ts'
import { attempt } from './attempt.ts'
import { fitReport } from './fit-report.ts'
import { toReportFields } from './report-fields.ts'
import type { ShutdownReport } from './shutdown-report.ts'

/** What a kubelet reads of a container's last words. @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
const MAX_BYTES = 4096
/** Of the summary; the rest is for the figures. */
const MAX_SUMMARY_BYTES = 1024
const DEFAULT_PATH = '/dev/termination-log'

/** The file that a kubelet picks up; `SEAWORTHY_TERMINATION_LOG` names another one, as `terminationMessagePath` does. */
export function terminationLogPath(env: Environment): string {
  return env['SEAWORTHY_TERMINATION_LOG'] || DEFAULT_PATH
}

/**
 * Writes the report where a kubelet picks it up (`kubectl describe pod` shows it as the container's message): a line for
 * people, and a line of JSON, whole at any length of the report, with what matters least left out. Only into a file that
 * is there already: Kubernetes makes it, elsewhere it doesn't exist. Synchronous; a failure to write is nobody's problem
 * by then.
 */
export function writeTerminationLog(env: Environment, summary: string, report: ShutdownReport): void {
  writeTerminationLines(terminationLogPath(env), summary, () => toReportFields(report))
}

/** The two lines; `fields` is asked for inside, because nothing here may throw. */
export function writeTerminationLines(
  path: string,
  summary: string,
  fields: () => Readonly<Record<string, unknown>>,
): void {
  // Before anything is cut: half a secret is no longer found.
  const line = cutToBytes(hideSecrets(summary).replaceAll('\n', ' '), MAX_SUMMARY_BYTES)
  const roomBytes = MAX_BYTES - Buffer.byteLength(line) - 2
  const safe = attempt(() => JSON.parse(hideSecrets(JSON.stringify(fields()))) as Readonly<Record<string, unknown>>)
  const figures = attempt(() => fitReport(safe ?? {}, roomBytes)) ?? '{}'
  writeFile(path, `${line}\n${figures}\n`)
}

function writeFile(path: string, text: string): void {
  try {
    // Non-blocking: a pipe without a reader would hold the process up for ever.
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK)
    try {
      writeSync(file, text)
    } finally {
      closeSync(file)
    }
  } catch {
    // Not on Kubernetes, or read-only: the log line has said it all.
  }
}

/** Cut between characters, never inside of one. */
function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const mark = '…'
  let end = Math.min(text.length, maxBytes)
  while (Buffer.byteLength(text.slice(0, end)) + Buffer.byteLength(mark) > maxBytes) end--
  return `${text.slice(0, end)}${mark}`
}
