import { parseDuration } from '../core/duration.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import { parseOtlpTarget } from './otlp-target.ts'
import { describeUnknownSeaworthyVariables } from './seaworthy-variables.ts'

export interface AliasedEnvironment {
  /** The environment with the standard variables that the aliases stand for. The aliases themselves are still there. */
  readonly env: Environment
  /** One line per alias that was used or ignored and per unknown `SEAWORTHY_*` variable, without any value. Say each once. */
  readonly warnings: readonly string[]
}

/**
 * Makes standard variables of the common names that services set before they know OpenTelemetry's: `SERVICE_NAME`,
 * `SERVICE_VERSION`, `ENVIRONMENT`, `OTLP_ENDPOINT`, `TRACE_SAMPLE_RATE`, `METRIC_INTERVAL`. A standard variable that is
 * set wins over its alias. Whatever reads the result needs to know the standard names only. `LOG_LEVEL` stays as it is.
 *
 * @throws {@link SeaworthyError} `SEA_ENV_INVALID` when an alias that counts holds a value that doesn't parse
 */
export function applyEnvironmentAliases(env: Environment): AliasedEnvironment {
  const aliases = new Aliases(env)
  aliases.resourceAttribute('SERVICE_NAME', ['service.name'])
  aliases.resourceAttribute('SERVICE_VERSION', ['service.version'])
  aliases.resourceAttribute('ENVIRONMENT', ['deployment.environment.name', 'deployment.environment'])
  aliases.endpoint()
  aliases.sampleRate()
  aliases.metricInterval()
  return aliases.done()
}

class Aliases {
  readonly #read: EnvReader
  readonly #original: Environment
  readonly #set: Record<string, string> = {}
  readonly #warnings: string[] = []

  constructor(env: Environment) {
    this.#original = env
    this.#read = new EnvReader(env)
  }

  /** `OTEL_SERVICE_NAME`, or an entry of `OTEL_RESOURCE_ATTRIBUTES` unless one of `names` is there already. */
  resourceAttribute(alias: string, names: readonly [string, ...string[]]): void {
    const value = this.#read.text(alias)
    if (value === undefined) return
    const attributes = this.#set['OTEL_RESOURCE_ATTRIBUTES'] ?? this.#read.text('OTEL_RESOURCE_ATTRIBUTES') ?? ''
    const present = names.find((name) => attributeNames(attributes).includes(name))
    const [name] = names
    if (name === 'service.name' && this.#isTaken(alias, ['OTEL_SERVICE_NAME'])) return
    if (present !== undefined) {
      this.#warnings.push(`${alias} is ignored, because OTEL_RESOURCE_ATTRIBUTES has ${present}; unset ${alias}`)
      return
    }
    if (name === 'service.name') {
      this.#use(alias, { OTEL_SERVICE_NAME: value })
      return
    }
    // The specification asks for percent-encoding of what the list needs for itself; decoders undo more than that.
    const entry = `${name}=${encodeURIComponent(value)}`
    this.#set['OTEL_RESOURCE_ATTRIBUTES'] = attributes === '' ? entry : `${attributes.replace(/,\s*$/, '')},${entry}`
    this.#warnings.push(`${alias} is read as ${name} of OTEL_RESOURCE_ATTRIBUTES; use the standard variable`)
  }

  endpoint(): void {
    const text = this.#read.text('OTLP_ENDPOINT')
    if (text === undefined || this.#isTaken('OTLP_ENDPOINT', ['OTEL_EXPORTER_OTLP_ENDPOINT'])) return
    const declared = this.#read.boolean('OTEL_EXPORTER_OTLP_INSECURE')
    const target = parseOtlpTarget(text, { insecure: declared === true })
    if (target === undefined) {
      // It may hold a password, so it is not shown.
      this.#read.problem(
        'OTLP_ENDPOINT is neither a URL such as http://collector:4318 nor a target such as collector:4317',
      )
      return
    }
    const isGrpc = target.isBare && this.#read.text('OTEL_EXPORTER_OTLP_PROTOCOL') === undefined
    if (isGrpc && target.isHttpPort) {
      // gRPC there would fail for good, and with an error that speaks of TLS.
      this.#read.problem(
        'OTLP_ENDPOINT has no scheme, which means gRPC, and 4318 is the port of HTTP: ' +
          'write http:// before it, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
      )
      return
    }
    this.#use('OTLP_ENDPOINT', {
      OTEL_EXPORTER_OTLP_ENDPOINT: target.url,
      ...(isGrpc ? { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } : {}),
    })
    if (!target.isBare) return
    const security =
      declared === true
        ? 'without TLS, because OTEL_EXPORTER_OTLP_INSECURE is true'
        : 'with TLS; set OTEL_EXPORTER_OTLP_INSECURE=true for plain text'
    this.#warnings.push(`OTLP_ENDPOINT has no scheme and is called${isGrpc ? ' by gRPC and' : ''} ${security}`)
  }

  sampleRate(): void {
    if (this.#read.text('TRACE_SAMPLE_RATE') === undefined) return
    if (this.#isTaken('TRACE_SAMPLE_RATE', ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'])) return
    const ratio = this.#read.number('TRACE_SAMPLE_RATE', { min: 0, max: 1 })
    if (ratio === undefined) return
    this.#use('TRACE_SAMPLE_RATE', {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
    })
  }

  metricInterval(): void {
    const text = this.#read.text('METRIC_INTERVAL')
    if (text === undefined || this.#isTaken('METRIC_INTERVAL', ['OTEL_METRIC_EXPORT_INTERVAL'])) return
    // A bare number could be meant as seconds or as milliseconds.
    const intervalMs = /[a-z]$/.test(text) ? parseDuration(text) : undefined
    if (intervalMs === undefined || intervalMs < 1) {
      this.#read.problem(`METRIC_INTERVAL is "${text}", expected a duration with its unit, such as "30s" or "500ms"`)
      return
    }
    this.#use('METRIC_INTERVAL', { OTEL_METRIC_EXPORT_INTERVAL: String(Math.round(intervalMs)) })
  }

  done(): AliasedEnvironment {
    this.#read.done()
    return {
      env: { ...this.#original, ...this.#set },
      warnings: [...this.#warnings, ...describeUnknownSeaworthyVariables(this.#original)],
    }
  }

  #isTaken(alias: string, standards: readonly string[]): boolean {
    const standard = standards.find((name) => this.#read.text(name) !== undefined)
    if (standard === undefined) return false
    this.#warnings.push(`${alias} is ignored, because ${standard} is set; unset ${alias}`)
    return true
  }

  #use(alias: string, standards: Readonly<Record<string, string>>): void {
    Object.assign(this.#set, standards)
    this.#warnings.push(`${alias} is read as ${Object.keys(standards).join(' and ')}; use the standard name`)
  }
}

function attributeNames(attributes: string): readonly string[] {
  return attributes.split(',').map((entry) => decode(entry.split('=')[0]?.trim() ?? ''))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
