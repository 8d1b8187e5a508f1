import { useId, useState } from 'react'
import type { ResolvedRange, TimeRange } from '../domain/time-range.ts'
import { describeRange, formatMoment, quickRanges } from '../domain/time-range.ts'
import './time-range-picker.css'

interface TimeRangePickerProps {
  range: TimeRange
  resolved: ResolvedRange
  onChange: (range: TimeRange) => void
}

const custom = 'custom'

export function TimeRangePicker({ range, resolved, onChange }: TimeRangePickerProps) {
  const [isEditing, setIsEditing] = useState(false)
  const isQuick = range.to === 'now' && quickRanges.some((quick) => `now-${quick}` === range.from)
  const choose = (value: string): void => {
    if (value === custom) setIsEditing(true)
    else {
      setIsEditing(false)
      onChange({ from: value, to: 'now' })
    }
  }
  const zoomOut = (): void => {
    const width = resolved.toMs - resolved.fromMs
    const toMs = Math.min(Date.now(), resolved.toMs + width / 2)
    onChange({ from: String(Math.floor(toMs - width * 2)), to: String(Math.ceil(toMs)) })
  }
  return (
    <div className="time-range-picker">
      <select
        className="select"
        aria-label="Time range"
        value={isQuick && !isEditing ? range.from : custom}
        onChange={(event) => choose(event.target.value)}
      >
        {quickRanges.map((quick) => (
          <option key={quick} value={`now-${quick}`}>
            Last {quick}
          </option>
        ))}
        <option value={custom}>{isQuick ? 'Fixed times…' : describeRange(range)}</option>
      </select>
      <button
        type="button"
        className="button"
        onClick={zoomOut}
        aria-label="Zoom out: twice the time"
        title="Zoom out: twice the time"
      >
        −
      </button>
      {!isQuick && !isEditing && (
        <button type="button" className="button" onClick={() => setIsEditing(true)}>
          Edit
        </button>
      )}
      {isEditing && (
        <FixedRange
          resolved={resolved}
          onCancel={() => setIsEditing(false)}
          onApply={(chosen) => {
            setIsEditing(false)
            onChange(chosen)
          }}
        />
      )}
    </div>
  )
}

interface FixedRangeProps {
  resolved: ResolvedRange
  onApply: (range: TimeRange) => void
  onCancel: () => void
}

function FixedRange({ resolved, onApply, onCancel }: FixedRangeProps) {
  const [from, setFrom] = useState(localInput(resolved.fromMs))
  const [to, setTo] = useState(localInput(resolved.toMs))
  const fromMs = new Date(from).getTime()
  const toMs = new Date(to).getTime()
  const isValid = fromMs < toMs
  const messageId = useId()
  return (
    <form
      className="fixed-range"
      onSubmit={(event) => {
        event.preventDefault()
        if (isValid) onApply({ from: String(fromMs), to: String(toMs) })
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel()
      }}
    >
      <input
        className="field"
        type="datetime-local"
        step="1"
        aria-label="From"
        value={from}
        onChange={(event) => setFrom(event.target.value)}
        autoFocus
      />
      <input
        className="field"
        type="datetime-local"
        step="1"
        aria-label="To"
        value={to}
        onChange={(event) => setTo(event.target.value)}
        aria-describedby={messageId}
      />
      <button type="submit" className="button" disabled={!isValid}>
        Apply
      </button>
      <button type="button" className="button button-quiet" onClick={onCancel}>
        Cancel
      </button>
      <span id={messageId} className="fixed-range-message">
        {isValid ? '' : 'The end must be after the start.'}
      </span>
    </form>
  )
}

function localInput(timeMs: number): string {
  return formatMoment(timeMs).replace(' ', 'T')
}
