import type { Example } from './example.ts'

export const GO_EXAMPLES: readonly Example[] = [
  {
    name: 'go-server-shutdown',
    title: 'Go: the example of Server.Shutdown',
    framework: 'net/http',
    language: 'go',
    source: {
      url: 'https://pkg.go.dev/net/http#example-Server.Shutdown',
      title: 'Go, `src/net/http/example_test.go`, ExampleServer_Shutdown',
      date: '2026-11-23',
      version: '1.26.8',
      licence: 'BSD-3-Clause',
      taken: 'quoted',
    },
    files: ['main.go'],
    versions: { go: '1.26' },
    build: ['node', 'go/build.ts', 'examples/go-server-shutdown'],
    command: ['../build/zoo/examples/go-server-shutdown'],
    needs: ['--slow', '/slow', '--stop-signal', 'SIGINT'],
    aboutChanges: {
      'START-05': 'How the port is read was added here.',
      'START-06': 'How the port is read was added here.',
    },
    remark:
      'It waits for SIGINT, and says so, and is tried with that: `--stop-signal SIGINT`. At the SIGTERM of an orchestrator it ends at once, with everything in flight; that takes syscall.SIGTERM in the call of signal.Notify.',
    changes: [
      {
        line: 'srv.Addr = ":" + os.Getenv("PORT")',
        why: 'Several replicas run on one machine at once, so each is told its port.',
      },
      {
        line: 'http.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })',
        why: 'An application has something to answer.',
      },
      {
        line: 'http.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) { time.Sleep(600 * time.Millisecond) })',
        why: 'A request that takes a while is what a graceful stop is for.',
      },
      { line: 'func main() {', why: 'An example of the documentation is a function; this is a program.' },
    ],
  },
]
