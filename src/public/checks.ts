/**
 * `seaworthy/checks`: ready-made health checks. Each is a definition for `service.check()` or `health.register()`, and
 * loads what it needs when it first runs.
 *
 * @module
 */
export { amqpCheck, type AmqpCheckConnection } from '../health/checks/amqp-check.ts'
export {
  certificateCheck,
  type CertificateCheckOptions,
  type CertificateSourceOptions,
} from '../health/checks/certificate-check.ts'
export type { ReadyCheckOptions } from '../health/checks/check-options.ts'
export type { ClientSource } from '../health/checks/client-source.ts'
export { diskSpaceCheck, type DiskSpaceCheckOptions } from '../health/checks/disk-space-check.ts'
export { dnsCheck, type DnsCheckOptions } from '../health/checks/dns-check.ts'
export { eventLoopCheck, type EventLoopCheckOptions } from '../health/checks/event-loop-check.ts'
export { grpcHealthCheck, type GrpcHealthCheckOptions } from '../health/checks/grpc-health-check.ts'
export { httpCheck, type HttpCheckOptions } from '../health/checks/http-check.ts'
export { memoryCheck, type MemoryCheckOptions } from '../health/checks/memory-check.ts'
export { mongoCheck, type MongoPinger } from '../health/checks/mongo-check.ts'
export { mysqlCheck, type MysqlCheckOptions, type MysqlCheckPool } from '../health/checks/mysql-check.ts'
export { natsCheck, type NatsFlusher } from '../health/checks/nats-check.ts'
export {
  type PgCheckClient,
  type PgCheckPool,
  postgresCheck,
  type PostgresCheckOptions,
} from '../health/checks/postgres-check.ts'
export { redisCheck, type RedisPinger } from '../health/checks/redis-check.ts'
export { tcpCheck } from '../health/checks/tcp-check.ts'
export type { CheckTlsOptions, Pem } from '../health/checks/tls-options.ts'
