import { formatNano } from '../../domain/duration.ts'

const ticks = [0, 0.25, 0.5, 0.75, 1]

export function TimeRuler({ durationNano }: { durationNano: bigint }) {
  return (
    <div className="time-ruler" aria-hidden="true">
      <span />
      <div>
        {ticks.map((tick) => (
          <span key={tick} style={{ left: `${tick * 100}%` }}>
            {formatNano(Number(durationNano) * tick)}
          </span>
        ))}
      </div>
    </div>
  )
}
