/** What a list such as `key1=value1,key2=value2` holds, and what is wrong with it without telling a value. */
export interface KeyValueList {
  readonly entries: readonly (readonly [key: string, value: string])[]
  readonly problem?: string
}

/**
 * Reads the form that `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS` have: pairs between commas, split at
 * the first `=`, both sides percent-decoded, white space around them ignored.
 *
 * A pair that does not parse is a problem of the whole list: a header or an attribute that is left out in silence is
 * found weeks later.
 *
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export function parseKeyValueList(text: string): KeyValueList {
  const entries: (readonly [string, string])[] = []
  for (const [index, part] of text.split(',').entries()) {
    if (part.trim() === '') continue
    const split = part.indexOf('=')
    const key = decode(split === -1 ? '' : part.slice(0, split))
    const value = decode(part.slice(split + 1))
    if (key === undefined || key === '') {
      return { entries, problem: `entry ${index + 1} is not of the form key=value` }
    }
    if (value === undefined) {
      return { entries, problem: `the value of "${key}" has a % that is not followed by two hexadecimal digits` }
    }
    entries.push([key, value])
  }
  return { entries }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}
