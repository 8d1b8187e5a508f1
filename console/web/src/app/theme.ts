import { useEffect, useState } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'

const storageKey = 'console.theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

function storedChoice(): ThemeChoice {
  const stored = window.localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function apply(choice: ThemeChoice): void {
  const dark = choice === 'dark' || (choice === 'system' && systemDark.matches)
  const theme = dark ? 'dark' : 'light'
  if (document.documentElement.dataset.theme === theme) return
  document.documentElement.dataset.theme = theme
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
    const follow = () => apply(choice)
    follow()
    systemDark.addEventListener('change', follow)
    return () => systemDark.removeEventListener('change', follow)
  }, [choice])
  return [choice, setChoice]
}
