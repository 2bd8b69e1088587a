/** How the document's program is built and started: with its own manifest, its own variables, and where they lead. */
export const DOCUMENT = {
  title: 'Go 生产级部署模式与反模式',
  date: '2025-10-10',
  sha256: 'c0096c40038c2185eb2a277d49e349b2f99f7bba8c35e9275c404c4bcbf3fee6',
} as const

export const COMMAND = ['../build/zoo/original-document'] as const

/** @param stock what stands for the database: an address of TCP, as `127.0.0.1:4000` */
export function flags(stock: string): readonly string[] {
  const said = {
    manifest: ['original-document/deploy.yaml'],
    slow: ['/slow'],
    dep: ['db=DATABASE_URL'],
    // Its collector is in a variable of its own; the rate at which it samples, too.
    env: [`DATABASE_URL=tcp://${stock}`, 'OTLP_ENDPOINT={otlp.grpc.hostport}', 'GOMAXPROCS=4', 'GOMEMLIMIT=2GiB'],
    'sampling-ratio': ['0.1'],
    'bad-value': ['TRACE_SAMPLE_RATE=ten-percent'],
  }
  return Object.entries(said).flatMap(([flag, values]) => values.flatMap((value) => [`--${flag}`, value]))
}
