import type { Animal } from './animal.ts'

export const GO: readonly Animal[] = []
