import { expect, test } from 'vitest'
import { overrideMethod } from '../../../src/telemetry/instrumentation/override-method.ts'

class Base {
  say(): string {
    return 'base'
  }
}
class Derived extends Base {}

const own = (): PropertyDescriptor | undefined => Object.getOwnPropertyDescriptor(Derived.prototype, 'say')

test('methods that lie over one another are given back in any order, and then the class is as it was', () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [0, 2, 1],
  ]) {
    const undo = ['a', 'b', 'c'].map((said) => overrideMethod(Derived.prototype, 'say', () => said))
    expect(new Derived().say()).toBe('c')
    for (const index of order) undo[index]?.()
    expect(own()).toBeUndefined()
    expect(new Derived().say()).toBe('base')
  }
})

test('what somebody else has put over ours stays', () => {
  const undo = overrideMethod(Derived.prototype, 'say', () => 'ours')
  Derived.prototype.say = () => 'theirs'
  undo()
  expect(new Derived().say()).toBe('theirs')
  Reflect.deleteProperty(Derived.prototype, 'say')
})
