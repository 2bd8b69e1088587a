import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutateJson } from '../../scripts/fuzz-otlp/mutate-json.ts'
import { mutateProtobuf } from '../../scripts/fuzz-otlp/mutate-protobuf.ts'
import { runFuzz } from '../../scripts/fuzz-otlp/run.ts'
import { createTargets, type Mutated, type Target } from '../../scripts/fuzz-otlp/targets.ts'
import { parseWire, writeWire } from '../../scripts/fuzz-otlp/wire-tree.ts'
import { Random } from '../../src/load/random.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/fuzz-otlp.ts', import.meta.url))

function targetThat(behaviour: Partial<Mutated>): Target {
  const good: Mutated = { mutations: ['none'], input: '', decode: () => 0, check: () => undefined }
  return { name: 'planted', isRequest: true, mutate: () => ({ ...good, ...behaviour }) }
}
const run = (behaviour: Partial<Mutated>, count = 4): ReturnType<typeof runFuzz> =>
  runFuzz({ seed: 1, count, hangMs: 30 }, [targetThat(behaviour)])

test('a decoder that does nothing wrong passes', () => {
  expect(run({})).toMatchObject({ ok: true, outcomes: { taken: 4, refused: 0, violations: 0 } })
})

test('a decoder that crashes is found', () => {
  const report = run({ decode: () => (undefined as unknown as string).length })
  expect(report).toMatchObject({ ok: false, outcomes: { refused: 4, violations: 4 } })
  expect(report.violations[0]).toMatchObject({ iteration: 0, what: expect.stringMatching(/^threw TypeError/) })
})

test('a decoder that takes too long is found', () => {
  const decode = (): void => {
    for (const until = performance.now() + 40; performance.now() < until;);
  }
  expect(run({ decode }, 2).violations[0]?.what).toMatch(/^took \d+ ms$/)
})

test('a decoder that keeps what it read is found', () => {
  const kept: unknown[] = []
  const decode = (): void => void kept.push(Array.from({ length: 200_000 }, (_, index) => index))
  expect(run({ decode }, 12)).toMatchObject({ ok: false, memory: { rising: true } })
})

test('a result that does not survive being encoded again is found', () => {
  expect(run({ check: () => 'is another value' }).violations[0]?.what).toBe('is another value')
})

test('the same seed gives the same mutations', () => {
  const inputs = (seed: number): string[] => {
    const targets = createTargets(seed)
    const random = new Random(seed)
    return targets.map((target) => target.mutate(random).input)
  }
  expect(inputs(7)).toEqual(inputs(7))
  expect(inputs(7)).not.toEqual(inputs(8))
})

test('a message that is taken apart and not changed has the same bytes', () => {
  const bytes = Buffer.from('0a1a12180a050a03616263120f0a0101330000000000000001d00101', 'hex')
  const fields = parseWire(bytes)
  expect(fields === undefined ? undefined : writeWire(fields)).toEqual(bytes)
})

test('every kind of mutation is used', () => {
  const random = new Random(1)
  const seen = new Set<string>()
  for (let count = 0; count < 400; count++) {
    for (const name of mutateProtobuf(random, Buffer.from('0a0412020a00', 'hex')).mutations) seen.add(name)
    for (const name of mutateJson(random, '{"resourceSpans":[{"schemaUrl":"x"}]}').mutations) seen.add(name)
  }
  expect(seen.size).toBe(39)
})

test.each([
  [['--count', 'many'], 2, '--count is "many", expected a whole number from 0 to 1000000000'],
  [['--speed', '9'], 2, "Unknown option '--speed'"],
  [['--help'], 0, 'Throws mutated input at every OTLP decoder'],
])('the command with %j exits with %d', async (args, code, text) => {
  const result = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { timeout: 15_000 }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
  })
  expect(result).toEqual({ code, output: expect.stringContaining(text) })
})
