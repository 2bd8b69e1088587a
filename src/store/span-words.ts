import { SPAN_KIND, STATUS_CODE } from '../otlp/model.ts'

/** Kinds of spans by name. */
export type SpanKindName = keyof typeof SPAN_KIND
/** Statuses of spans by name. */
export type SpanStatusName = keyof typeof STATUS_CODE

/** `unspecified` also for a number that the protocol does not define. */
export function kindName(kind: number): SpanKindName {
  return nameOf(SPAN_KIND, kind) ?? 'unspecified'
}

/** `unset` also for a number that the protocol does not define. */
export function statusName(code: number): SpanStatusName {
  return nameOf(STATUS_CODE, code) ?? 'unset'
}

function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | undefined {
  return (Object.keys(table) as K[]).find((name) => table[name] === value)
}
