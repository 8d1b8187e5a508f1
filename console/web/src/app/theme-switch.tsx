import type { ThemeChoice } from './theme.ts'
import { useThemeChoice } from './theme.ts'

const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' }
const icons: Record<ThemeChoice, string> = {
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  light: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z',
}

export function ThemeSwitch() {
  const [choice, setChoice] = useThemeChoice()
  const label = `Theme: ${choice}. Switch to ${next[choice]}.`
  return (
    <button
      type="button"
      className="button button-quiet icon-button"
      aria-label={label}
      title={label}
      onClick={() => setChoice(next[choice])}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d={icons[choice]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    </button>
  )
}
