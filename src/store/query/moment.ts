/** A moment: a `Date`, or nanoseconds since 1970 as a `bigint`, as the protocol counts. */
export type Moment = Date | bigint

export function toUnixNano(moment: Moment): bigint {
  return typeof moment === 'bigint' ? moment : BigInt(moment.getTime()) * 1_000_000n
}
