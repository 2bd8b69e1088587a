import { describe, expect, test } from 'vitest'
import { type LoggedService, startLogged } from './logged-service.ts'

const CLEAN = { code: 0, signal: null }
const UNCLEAN = { code: 1, signal: null }

async function startPostman(env: Readonly<Record<string, string>> = {}): Promise<LoggedService> {
  const postman = await startLogged('postman', env)
  await postman.line('letter taken')
  return postman
}

/** Lines of the consumer and the database from the signal on. */
function deeds({ errorLines }: LoggedService): readonly string[] {
  const from = errorLines.indexOf('mail paused')
  return errorLines.slice(from).filter((line) => line !== 'census ended')
}

describe('SIGTERM with a job in flight', () => {
  test('that ends: it is waited for, then the consumer stops, then what it needs; the exit code is 0', async () => {
    await using postman = await startPostman()
    postman.kill('SIGTERM')
    expect(await postman.exit).toEqual(CLEAN)
    expect(deeds(postman)).toEqual(['mail paused', 'letter delivered', 'mail stopped', 'db stopped'])
    expect(postman.report()).toMatchObject({ clean: true, aborted: [] })
  })

  test('that takes long: at the soft deadline it is told to end and given back; the exit code is 0', async () => {
    await using postman = await startPostman({ JOB: 'obeys' })
    postman.kill('SIGTERM')
    expect(await postman.exit).toEqual(CLEAN)
    expect(deeds(postman)).toEqual([
      'mail paused',
      'letter given back',
      'letter not delivered: AbortError',
      'mail stopped',
      'db stopped',
    ])
  })

  test('that hangs: it is given back, abandoned and named; the exit code is 1, and everything else stops', async () => {
    await using postman = await startPostman({ JOB: 'hangs' })
    postman.kill('SIGTERM')
    expect(await postman.exit).toEqual(UNCLEAN)
    expect(deeds(postman)).toEqual(['mail paused', 'letter given back', 'mail stopped', 'db stopped'])
    expect(postman.report()).toMatchObject({
      clean: false,
      aborted: [expect.stringMatching(/^mail: letter after \d/)],
    })
    expect(postman.terminationLog()).toContain('aborted mail: letter after')
  })
})

test.each([
  ['throws', 'pause failed: no channel'],
  ['hangs', 'pause did not end in time'],
])('a pause that %s is named in the report; the jobs still end, and the exit code is 1', async (PAUSE, message) => {
  await using postman = await startPostman({ PAUSE, JOB: 'obeys' })
  postman.kill('SIGTERM')
  expect(await postman.exit).toEqual(UNCLEAN)
  expect(deeds(postman).slice(-2)).toEqual(['mail stopped', 'db stopped'])
  expect(postman.report()).toMatchObject({ laggards: [{ name: 'mail', phase: 'finish', outcome: 'failed', message }] })
})

describe('a promise in the background', () => {
  test('is waited for after its request has been answered, before resources stop', async () => {
    await using postman = await startPostman()
    expect(await (await fetch(postman.url)).text()).toBe('thank you')
    postman.kill('SIGTERM')
    expect(await postman.exit).toEqual(CLEAN)
    const { errorLines } = postman
    expect(errorLines.indexOf('receipt sent')).toBeGreaterThan(errorLines.indexOf('mail paused'))
    expect(errorLines.indexOf('db stopped')).toBeGreaterThan(errorLines.indexOf('receipt sent'))
  })

  test('that does not end is abandoned and named, and the exit code is 1', async () => {
    await using postman = await startPostman({ RECEIPT: 'hangs' })
    await (await fetch(postman.url)).text()
    postman.kill('SIGTERM')
    expect(await postman.exit).toEqual(UNCLEAN)
    expect(postman.report()).toMatchObject({ aborted: [expect.stringMatching(/^background: send receipt after /)] })
  })
})

test('a promise in the background whose rejection nobody handles takes the service down, as any other', async () => {
  await using postman = await startPostman({ RECEIPT: 'fails' })
  await (await fetch(postman.url)).text()
  expect(await postman.exit).toEqual(UNCLEAN)
  expect(postman.report()).toMatchObject({ reason: 'uncaught exception', error: 'no such address' })
})

test('a task is told at the announcement, long before the soft deadline of jobs', async () => {
  await using postman = await startPostman({ JOB: 'obeys' })
  postman.kill('SIGTERM')
  await postman.exit
  const { errorLines } = postman
  expect(errorLines.indexOf('letter given back')).toBeGreaterThan(errorLines.indexOf('census ended'))
})
