// As the documentation of OpenTelemetry has it, with the two instrumentations that the service needs and no others.
'use strict'
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')

const instrumentations = [new HttpInstrumentation()]
if (process.env.BENCH_LOG === 'pino') {
  const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
  instrumentations.push(new PinoInstrumentation())
}
const sdk = new NodeSDK({ instrumentations })
sdk.start()
