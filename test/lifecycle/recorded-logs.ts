import { type LogRecord, logs } from '@opentelemetry/api'
import { onTestFinished } from 'vitest'

/** Registers a logger provider for this test; the returned function gives the records so far. */
export function recordLogs(): () => readonly LogRecord[] {
  const records: LogRecord[] = []
  const logger = { emit: (record: LogRecord) => void records.push(record), enabled: () => true }
  logs.setGlobalLoggerProvider({ getLogger: () => logger })
  onTestFinished(() => logs.disable())
  return () => records
}
