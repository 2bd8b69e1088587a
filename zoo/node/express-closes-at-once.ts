// Defect: Express as most examples stop it: `server.close()` in the moment of the signal.
import express from 'express'
import { readPort } from './read-port.ts'
import { shop } from './express-shop.ts'

const server = shop(express(), () => {}).listen(readPort())
process.once('SIGTERM', () => server.close(() => process.exit(0)))
