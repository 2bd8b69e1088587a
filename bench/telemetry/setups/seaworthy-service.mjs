// All of the runtime, with its admin port, for a program that is written without it.
const { createService } = await import(process.env.BENCH_SEAWORTHY)

const service = createService({
  name: 'bench',
  logging: { level: 'error' },
  admin: { port: Number(process.env.BENCH_ADMIN_PORT) },
})
await service.start()
globalThis[Symbol.for('bench.account')] = () => service.telemetry.account().traces
