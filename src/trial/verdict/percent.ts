/** A share from 0 to 1 as a person reads it: `0.30 %`, `95 %`. */
export function percent(share: number): string {
  const value = share * 100
  return `${value < 1 && value > 0 ? value.toFixed(2) : value.toFixed(value % 1 === 0 ? 0 : 1)} %`
}
