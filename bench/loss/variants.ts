/** One service in one set-up. */
export interface Variant {
  readonly name: string
  readonly isOurs: boolean
  readonly protocol: 'http/protobuf' | 'grpc'
  /** The file in `services/`. */
  readonly service: string
  readonly setup: string
}

const OURS = '`createService()`, telemetry as it comes'
const STOCK = '`NodeSDK`, as it comes; SIGTERM calls `shutdown()` and then exits'

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = [
  { name: 'seaworthy http', isOurs: true, protocol: 'http/protobuf', service: 'seaworthy.ts', setup: OURS },
  { name: 'stock SDK http', isOurs: false, protocol: 'http/protobuf', service: 'stock.ts', setup: STOCK },
  { name: 'seaworthy grpc', isOurs: true, protocol: 'grpc', service: 'seaworthy.ts', setup: OURS },
  { name: 'stock SDK grpc', isOurs: false, protocol: 'grpc', service: 'stock.ts', setup: STOCK },
]
