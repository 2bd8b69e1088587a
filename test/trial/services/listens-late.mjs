import { createServer } from 'node:http'

setTimeout(() => createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT)), 700)
