import type { Context } from '@opentelemetry/api'
import { FastContext } from './fast-context.ts'

/**
 * The context that somebody gave, or the other one where that is none: code without types gives null, or something else.
 * Never throws.
 */
export function usableContext(given: unknown, otherwise: Context): Context {
  try {
    if (given instanceof FastContext) return given
    if (isContext(given)) return given
  } catch {
    // A proxy that throws.
  }
  return otherwise
}

function isContext(given: unknown): given is Context {
  return typeof given === 'object' && given !== null && 'getValue' in given && typeof given.getValue === 'function'
}
