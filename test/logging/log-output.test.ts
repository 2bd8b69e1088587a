import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type OutputKind, startTalker, TALKER } from './talker.ts'

const KINDS: readonly OutputKind[] = ['pipe', 'socket']
/** About 900 KB: several times what a pipe or a socket holds. */
const MANY = 3_000
/** Twice what a pipe holds, so that a reader which begins late takes it within the limit of a synchronous wait. */
const SOME = 400

function numbers(lines: readonly Record<string, unknown>[]): readonly unknown[] {
  return lines.map(({ n }) => n)
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n)
}

describe.each(KINDS)('standard output is a %s', (kind) => {
  test('nobody reads: the event loop runs on, and a flush ends at its limit', async () => {
    await using talker = startTalker(kind, ['flush', String(MANY), '300'])

    // Both reports come while the output is full and nobody has read a byte.
    expect(await talker.report('loop')).toMatchObject({ buffered: expect.any(Number) })
    const { flushed } = await talker.report('flushed')

    expect(flushed).toMatchObject({ complete: false, droppedLines: 0 })
  })

  test('nobody reads, ever: the process still ends', async () => {
    await using talker = startTalker(kind, ['exit', String(MANY)])

    expect(await talker.exit).toBe(0)
  })

  test('a reader that comes back within the limit of a flush gets every line, in order', async () => {
    await using talker = startTalker(kind, ['flush', String(MANY), '15000'])
    expect((await talker.report('loop'))['buffered']).toBeGreaterThan(0)

    const lines = await talker.read()

    expect(numbers(lines)).toEqual(upTo(MANY))
    expect(await talker.report('flushed')).toEqual({
      flushed: { complete: true, droppedLines: 0, bufferedBytes: 0 },
    })
    expect(await talker.exit).toBe(0)
  })

  test('process.exit right after the last words loses no line of many', async () => {
    await using talker = startTalker(kind, ['lastWords', String(MANY), '10000'])

    const lines = await talker.read()

    expect(numbers(lines)).toEqual([...upTo(MANY), 'last'])
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'bye' })
    expect(await talker.exit).toBe(0)
  })

  test('last words to a reader that never comes are given up, and the process ends', async () => {
    await using talker = startTalker(kind, ['lastWords', String(MANY), '100'])

    expect(await talker.report('said')).toEqual({ said: false })
    expect(await talker.exit).toBe(0)
  })

  test('a process that simply ends delivers its lines first', async () => {
    await using talker = startTalker(kind, ['end', String(MANY)])

    expect(numbers(await talker.read())).toEqual(upTo(MANY))
  })

  test('a reader that hangs up costs the lines, counted, and not the process', async () => {
    await using talker = startTalker(kind, ['untilNobodyReads'])
    await talker.report('talking')

    talker.hangUp()

    expect((await talker.report('after'))['after']).toMatchObject({ discardedLines: 20, bufferedLines: 0 })
    expect(await talker.exit).toBe(0)
  })
})

test.each(['exit', 'crash'])(
  '%s: no line is lost to a reader that begins when the process is about to end',
  async (mode) => {
    await using talker = startTalker('pipe', [mode, String(SOME)])
    expect((await talker.report('leaving'))['buffered']).toBeGreaterThan(0)

    expect(numbers(await talker.read())).toEqual(upTo(SOME))
    expect(await talker.exit).toBe(mode === 'crash' ? 1 : 0)
  },
)

test('a line of level fatal is out before the next statement, even if that is SIGKILL', async () => {
  await using talker = startTalker('pipe', ['fatal', String(SOME)])
  expect((await talker.report('leaving'))['buffered']).toBeGreaterThan(0)

  expect(numbers(await talker.read())).toEqual([...upTo(SOME), 'last'])
  expect(await talker.exit).toBe('SIGKILL')
})

test('lines that a full buffer could not hold are counted in a line of their own, where they are missing', async () => {
  await using talker = startTalker('pipe', ['flush', String(MANY), '15000', '65536'])
  await talker.report('loop')

  const lines = await talker.read()

  const missing = lines.findIndex((line) => 'lostLines' in line)
  const { lostLines } = lines[missing] as { lostLines: number }
  expect(lines[missing]).toMatchObject({
    level: 'warn',
    service: 'talker',
    reason: 'full',
    msg: `${lostLines} log lines are missing here: their reader did not keep up`,
  })
  expect(numbers(lines.slice(0, missing))).toEqual(upTo(MANY - lostLines))
  expect(await talker.report('after')).toMatchObject({ after: { droppedLines: lostLines, bufferedLines: 0 } })
})

test.skipIf(process.getuid?.() !== 0)('a pipe that another user made is written to without blocking, too', async () => {
  await using talker = startTalker('pipe', ['flush', String(MANY), '15000'], { uid: 65_534 })
  expect((await talker.report('loop'))['buffered']).toBeGreaterThan(0)

  expect(numbers(await talker.read())).toEqual(upTo(MANY))
})

test('a file gets every line, before the process exits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'out.log')
  const fd = openSync(path, 'a')

  const child = spawn(process.execPath, [TALKER, 'exit', String(MANY)], { stdio: ['ignore', fd, 'inherit'] })
  closeSync(fd)
  expect(await once(child, 'exit')).toEqual([0, null])

  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(upTo(MANY))
})

test.each(['>/dev/null', '>&-'])('standard output as %s is no trouble', (redirection) => {
  const command = `exec "$0" "$1" flush 100 1000 ${redirection}`

  const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, TALKER], { encoding: 'utf8' })

  expect(stderr).toContain('"complete":true')
  expect(status).toBe(0)
})

const hasScript = spawnSync('script', ['-V']).status === 0

test.skipIf(!hasScript)('a terminal gets every line', () => {
  const command = `'${process.execPath}' '${TALKER}' exit 300`

  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

  expect(stdout.match(/"n":\d+/g)).toHaveLength(300)
})

test.skipIf(process.platform !== 'linux')('a pipe stays blocking for the processes that share it', async () => {
  const NON_BLOCKING = 0o4000
  await using talker = startTalker('pipe', ['flags', '10'])

  const { flags } = await talker.report('flags')

  expect(Number.parseInt(String(flags), 8) & NON_BLOCKING).toBe(0)
  expect(numbers(await talker.read())).toEqual(upTo(10))
})
