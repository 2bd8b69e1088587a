// Defect: keeps the text of each request. With the runtime around it (`--import seaworthy/register`) its metrics tell of it.
import { createServer } from 'node:http'

const kept: string[] = []
createServer((request, response) => {
  kept.push(JSON.stringify(request.headers) + 'x'.repeat(512) + kept.length)
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
    else response.end('ok')
  })
}).listen(Number(process.env['PORT'] ?? 8080))
