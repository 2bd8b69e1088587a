import { createServer } from 'node:http'

process.on('SIGTERM', () => console.log('not yet'))
createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
