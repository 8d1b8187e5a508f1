import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { applyStoredTheme } from './app/theme.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './app/app.css'

applyStoredTheme()
const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
