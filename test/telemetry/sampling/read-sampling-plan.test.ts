import { expect, test } from 'vitest'
import { parseSamplingPlan, readSamplingPlan } from '../../../src/telemetry/sampling/read-sampling-plan.ts'

const problemsOf = (plan: unknown): string => {
  try {
    readSamplingPlan(plan)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('nothing said means everything sampled, and the decision of others respected', () => {
  expect(readSamplingPlan({})).toEqual({
    default: { probability: 1 },
    rules: [],
    keep: undefined,
    remoteParent: 'respect',
  })
})

test('a plan comes from JSON as it comes from code, complete and frozen', () => {
  const plan = {
    default: { perSecond: 50 },
    rules: [
      { path: '/health/*', sample: 'never' },
      { kind: 'server', name: 'GET', attributes: { 'a.b': 1 }, probability: 0.5, keepSlowerThanMs: '2s', keep: true },
    ],
    keep: { errors: { perSecond: 5 }, slowerThanMs: 1000 },
    remoteParent: 'cap',
  }
  const read = parseSamplingPlan(JSON.stringify(plan))
  expect(read).toEqual({
    ...plan,
    rules: [plan.rules[0], { ...plan.rules[1], keepSlowerThanMs: 2000 }],
    keep: {
      errorsPerSecond: 5,
      slowPerSecond: 100,
      slowerThanMs: 1000,
      maxSpans: 10_000,
      maxBytes: 16_777_216,
      maxAgeMs: 30_000,
    },
  })
  expect(read).toEqual(readSamplingPlan(plan))
  expect([read, read.rules, read.rules[1]?.attributes, read.keep].every((part) => Object.isFrozen(part))).toBe(true)
})

test('keep alone means errors, up to a hundred a second; false means none', () => {
  expect(readSamplingPlan({ keep: {} }).keep).toMatchObject({ errorsPerSecond: 100, slowerThanMs: Infinity })
  expect(readSamplingPlan({ keep: { errors: false } }).keep).toMatchObject({ errorsPerSecond: 0 })
  expect(readSamplingPlan({ keep: { errors: true, perSecond: 7 } }).keep).toMatchObject({ errorsPerSecond: 7 })
})

test('everything that is wrong is named, with its place, and what would be right', () => {
  const message = problemsOf({
    default: { probability: 2 },
    rules: [
      { path: 'health', sample: 'sometimes' },
      { pathh: '/x', probability: 0.1 },
      { probability: 0.1, perSecond: 3 },
      { name: 'x' },
      { attributes: { a: {} }, sample: 'never' },
      null,
    ],
    keep: { maxSpans: 0, errors: { perSecond: 'x' } },
    remoteParent: 'obey',
    speed: 1,
  })
  for (const part of [
    'default: "probability" is 2, expected 0 to 1',
    'rules[0]: "sample" is "sometimes", expected one of always, never',
    'rules[0]: "path" is "health", expected one that begins with "/"',
    'rules[1]: "pathh" is not an option. Did you mean "path"?',
    'rules[2]: expected exactly one of "probability", "perSecond" and "sample"',
    'rules[3]: expected exactly one of "probability", "perSecond" and "sample"',
    'rules[4]: "attributes" expected an object of texts, numbers, true or false',
    'rules[5]: expected an object of options, got null',
    'keep: "maxSpans" is 0, expected 1 to 1000000',
    'keep: errors: "perSecond" expected a number, got "x"',
    '"remoteParent" is "obey", expected one of respect, ignore, cap',
    '"speed" is not an option.',
  ]) {
    expect(message).toContain(part)
  }
})

test('a wrong plan has the code of a wrong option, and what is no JSON has it, too', () => {
  expect(() => parseSamplingPlan('{')).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  expect(() => readSamplingPlan([])).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  expect(problemsOf({ default: {} })).toContain('default: expected either "probability" or "perSecond"')
  expect(problemsOf({ rules: {} })).toContain('"rules" expected a list')
  expect(problemsOf({ rules: Array.from({ length: 101 }, () => ({ probability: 1 })) })).toContain('100 at most')
  expect(problemsOf({ rules: [{ name: 'x'.repeat(1025), probability: 1 }] })).toContain('1024 at most')
})
