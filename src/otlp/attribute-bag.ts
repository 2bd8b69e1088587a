import type { Attributes, AttributeValue } from './model.ts'

/** Attributes while they are being read. */
export type AttributeBag = Record<string, AttributeValue>

/*
 * `Object.create(null)` would inherit nothing either, but V8 keeps such an object as a hash table: 12 attributes then
 * cost 680 bytes more, and a fifth more time. An instance of a class whose prototype is bare and frozen is as safe (no `__proto__`, no
 * `constructor`, nothing to pollute) and has the fast layout.
 */
const BareAttributes = function Attributes() {} as unknown as new () => AttributeBag
BareAttributes.prototype = Object.freeze(Object.create(null))

export function createAttributeBag(): AttributeBag {
  return new BareAttributes()
}

/** What everything without attributes shares. */
export const NO_ATTRIBUTES: Attributes = Object.freeze(createAttributeBag())

/** What every field without elements shares. */
export const EMPTY_LIST: readonly never[] = Object.freeze([])
