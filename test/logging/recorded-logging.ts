import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createLogging, type Logging, type LoggingOptions } from '../../src/logging/logging.ts'

export interface RecordedLogging {
  readonly logging: Logging
  /** What was written, as objects. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[]
  readonly messages: () => readonly unknown[]
}

/** A log into a real file, gone when the test ends. */
export function recordedLogging(options: Partial<LoggingOptions> = {}): RecordedLogging {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'))
  const path = join(folder, 'out.log')
  const fd = openSync(path, 'a')
  onTestFinished(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  const logging = createLogging({ service: 'orders', fd, ...options })
  const lines = () =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { logging, lines, messages: () => lines().map(({ msg }) => msg) }
}
