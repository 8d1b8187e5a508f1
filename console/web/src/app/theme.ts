import { useEffect, useState } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'

const storageKey = 'console.theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

// What is painted by hand (the charts) has to know when its colours have changed.
systemDark.addEventListener('change', () => window.dispatchEvent(new Event('themechange')))

function storedChoice(): ThemeChoice {
  const stored = window.localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function apply(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
  window.dispatchEvent(new Event('themechange'))
}

/** Before the first paint. */
export function applyStoredTheme(): void {
  apply(storedChoice())
}

export function useThemeChoice(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice)
  useEffect(() => {
    if (choice === 'system') window.localStorage.removeItem(storageKey)
    else window.localStorage.setItem(storageKey, choice)
    apply(choice)
  }, [choice])
  return [choice, setChoice]
}
