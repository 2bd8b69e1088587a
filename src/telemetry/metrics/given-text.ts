/**
 * What code without types gives where the API wants a text: anything else is as if nothing had been given, because an API
 * call must not throw, and neither must whoever writes the text down later.
 *
 * @see https://opentelemetry.io/docs/specs/otel/error-handling/#basic-error-handling-principles
 */
export function textOrNothing(given: unknown): string {
  return typeof given === 'string' ? given : ''
}
