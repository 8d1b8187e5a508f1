/** Neumaier's compensated sum: what a plain sum loses is kept beside it. */
export class KahanSum {
  sum: number
  compensation: number

  constructor(sum = 0, compensation = 0) {
    this.sum = sum
    this.compensation = compensation
  }

  add(value: number): void {
    const { sum } = this
    const total = sum + value
    if (total === Infinity || total === -Infinity) this.compensation = 0
    else if (Math.abs(sum) >= Math.abs(value)) this.compensation += sum - total + value
    else this.compensation += value - total + sum
    this.sum = total
  }

  scale(factor: number): void {
    this.sum *= factor
    this.compensation *= factor
  }

  get value(): number {
    return this.sum + this.compensation
  }
}
