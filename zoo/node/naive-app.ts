// An application that knows nothing of stops, probes or telemetry: with the runtime around it (`--import seaworthy/register`)
// it is golden, and by itself it has every defect.
import { createServer } from 'node:http'

createServer((request, response) => {
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
    else response.end('ok')
  })
}).listen(Number(process.env['PORT'] ?? 8080))
