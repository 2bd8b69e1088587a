// A service whose telemetry is an OpenTelemetry SDK that it brings itself.
import { createService } from 'seaworthy'

// #region provider
import { trace } from '@opentelemetry/api'
import { BatchSpanProcessor, ConsoleSpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'

const tracerProvider = new TracerProvider({
  spanProcessors: [new BatchSpanProcessor({ exporter: new ConsoleSpanExporter() })],
})
trace.setGlobalTracerProvider(tracerProvider) // a NodeSDK does that, and more, in its start()

const service = createService({
  name: 'orders',
  telemetry: { provider: { tracerProvider } }, // or the NodeSDK: telemetry: { provider: sdk }
})
// #endregion provider

await service.start()
trace.getTracer('orders').startSpan('checkout').end()
const report = await service.stop()
if (report.flushes['opentelemetry']?.complete !== true) throw new Error('not delivered')
