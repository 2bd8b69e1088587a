import { expect, test } from 'vitest'
import { cleanReport, readFatalError } from '../../../src/service/crash/clean-report.ts'

const REPORT = {
  header: {
    event: 'Allocation failed - JavaScript heap out of memory',
    trigger: 'OOMError',
    cwd: '/app',
    commandLine: [
      '/usr/bin/node',
      '--max-old-space-size=64',
      '--import=data:text/javascript,secretFlag',
      '--enable-source-maps',
      '/app/server.js',
      '--password',
      'pa55word',
      '--dsn=postgres://app:pa55word@db',
    ],
    networkInterfaces: [{ name: 'eth0', address: '10.1.2.3' }],
  },
  javascriptStack: { message: 'No stack.', stack: ['   at fill (file:///app/x.js:1:1)', 'Unavailable.'] },
  javascriptHeap: { totalMemory: 1 },
  libuv: [{ type: 'tcp', remoteEndpoint: { ip4: '10.9.9.9' }, fd: 3 }, null],
  environmentVariables: { API_TOKEN: 'very-secret-token' },
}

test('what may be secret and what nobody needs is taken out, and the rest stays', () => {
  const text = cleanReport(REPORT)
  expect(text).not.toMatch(/pa55word|secretFlag|very-secret-token|10\.1\.2\.3|10\.9\.9\.9/)
  const clean = JSON.parse(text) as typeof REPORT
  expect(clean.header.commandLine).toEqual([
    '/usr/bin/node',
    '--max-old-space-size=64',
    '--import=***',
    '--enable-source-maps',
    '/app/server.js',
    '--password',
    '***',
    '--dsn=***',
  ])
  expect(clean).toMatchObject({ header: { cwd: '/app' }, javascriptHeap: { totalMemory: 1 }, libuv: [{ fd: 3 }, null] })
  expect(REPORT.header.networkInterfaces).toHaveLength(1)
})

test('reports of worker threads, which are inside of it, are cleaned, too', () => {
  const clean = cleanReport({ header: {}, workers: [REPORT] })
  expect(clean).not.toMatch(/pa55word|secretFlag|very-secret-token|10\.1\.2\.3|10\.9\.9\.9/)
  expect(JSON.parse(clean)).toMatchObject({ workers: [{ javascriptHeap: { totalMemory: 1 } }] })
})

test('a real report of this Node is cleaned', () => {
  const clean = cleanReport(process.report.getReport(new Error('postgres://app:pa55word@db')))
  expect(clean).not.toContain('pa55word')
  expect(JSON.parse(clean)).toMatchObject({ header: { nodejsVersion: process.version } })
  expect(JSON.parse(clean)).not.toHaveProperty('environmentVariables')
})

test.each([
  [REPORT, { message: REPORT.header.event, isOutOfMemory: true, stack: ['at fill (file:///app/x.js:1:1)'] }],
  [
    { header: { event: 'node::CreateEnvironment()', trigger: 'FatalError' } },
    { message: 'node::CreateEnvironment()', isOutOfMemory: false, stack: [] },
  ],
  [{}, { message: 'a fatal error', isOutOfMemory: false, stack: [] }],
])('what it says of the error is found, as far as it is there', (report, expected) => {
  expect(readFatalError(report)).toEqual(expected)
})

test('what is known as a secret is taken out, too, and it stays JSON', () => {
  const report = { javascriptStack: { message: 'Error: hunter2hunter2' }, header: { event: 'hunter2hunter2', pid: 7 } }
  const clean = cleanReport(report, (text) =>
    text.replaceAll('"hunter2hunter2"', '[secret]').replaceAll('hunter2hunter2', '[secret]'),
  )
  expect(JSON.parse(clean)).toEqual({
    javascriptStack: { message: 'Error: [secret]' },
    header: { event: '[secret]', pid: 7 },
  })
})
