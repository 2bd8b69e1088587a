// Telemetry alone, for a service that is written without the runtime.
const { createTelemetry } = await import(process.env.BENCH_SEAWORTHY)

const telemetry = createTelemetry({ serviceName: 'bench', env: process.env })
await telemetry.start()
globalThis[Symbol.for('bench.account')] = () => telemetry.account().traces
globalThis[Symbol.for('bench.flush')] = async () => {
  const { trace } = await import('@opentelemetry/api')
  await trace.getTracerProvider().getDelegate().forceFlush()
}
