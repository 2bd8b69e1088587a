import type { LogRecord } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { ODD } from '../odd-values.ts'
import { Logs } from './logs-fixture.ts'

const PROCESSOR = { onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} }
const FIELDS = [
  'attributes',
  'body',
  'context',
  'eventName',
  'exception',
  'observedTimestamp',
  'severityNumber',
  'severityText',
  'timestamp',
] as const satisfies readonly (keyof LogRecord)[]

test.for(FIELDS)('whatever "%s" of a record is, the record goes out, through processors as well', (field) => {
  for (const logs of [new Logs(), new Logs({ processors: [PROCESSOR] })]) {
    const logger = logs.provider.getLogger('test')
    for (const odd of ODD) logger.emit({ severityText: 'as ever', [field]: odd })
    expect(logs.records()).toHaveLength(ODD.length)
    expect(logs.ledger.account.dropped).toEqual({})
  }
})

test('what is no record at all is none; one that throws when it is read is counted as lost', () => {
  const records = ODD.filter((odd) => typeof odd === 'object' && odd !== null)
  for (const logs of [new Logs(), new Logs({ processors: [PROCESSOR] })]) {
    for (const odd of ODD) logs.provider.getLogger('test').emit(odd as LogRecord)
    const count = logs.records().length
    expect(count).toBeGreaterThan(20)
    expect(logs.ledger.account).toMatchObject({
      created: records.length,
      dropped: { encode_failed: records.length - count },
    })
  }
})
