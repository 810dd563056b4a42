// How the cameras and the machine are.
import { get } from './api.js'
import { el, table } from './dom.js'
import { pill } from './live.js'
import { ago, bytes } from './words.js'

export default async function health(root) {
  const body = el('div', { class: 'parts' })
  const load = async () => {
    const h = await get('health')
    body.replaceChildren(...show(h))
  }
  await load()
  root.append(el('h1', {}, 'Health'), body, el('p', {}, el('button', { type: 'button', onclick: load }, 'Look again')))
}

function show(h) {
  const columns = ['Camera', 'State', 'Newest frame', 'Poses a second', 'Pose', 'Score', 'Frames', 'Dropped', 'Stalls', 'Reconnects']
  const rows = h.cameras.map(c => {
    const [word, strength] = pill(c)
    return [c.name, el('span', { class: `pill ${strength}` }, word), c.last ? `${ago((Date.now() - Date.parse(c.last)) / 1000)} ago` : 'never', c.rate.toFixed(1), `${c.pose_ms.toFixed(0)} ms`, `${c.score_ms.toFixed(1)} ms`, c.frames, c.drops, c.stalls, c.reconnects]
  })
  const facts = flat(h.facts)
  if (h.fingerprint) facts.push(['Certificate (SHA-256)', h.fingerprint])
  return [
    h.not_ready ? el('p', { class: 'hint' }, `Not ready: ${h.not_ready}`) : el('p', {}, el('span', { class: 'pill good' }, 'ready'), ' Everything is watched.'),
    el('div', { class: 'card' }, table('Cameras', columns, rows)),
    el('div', { class: 'card' }, table('Machine', ['Fact', 'Value'], facts, { name: 'values' })),
  ]
}

// flat makes rows of facts, those inside of others with both names.
function flat(facts, above = '') {
  return Object.entries(facts).sort(([a], [b]) => a.localeCompare(b)).flatMap(([name, value]) => {
    if (value && typeof value === 'object' && !Array.isArray(value)) return flat(value, above + words(name) + ': ')
    return [[above + words(name), said(name, value)]]
  })
}

const words = name => {
  const text = name.replace(/[_ ](bytes|celsius|seconds|ms)$/, '').replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function said(key, value) {
  const name = key.replaceAll(' ', '_')
  if (Array.isArray(value)) return value.map(v => typeof v === 'object' ? JSON.stringify(v) : String(v)).join(', ')
  if (typeof value === 'number' && name.endsWith('_bytes')) return bytes(value)
  if (typeof value === 'number' && name.endsWith('_celsius')) return `${value.toFixed(0)} °C`
  if (typeof value === 'number' && name.endsWith('_seconds')) return ago(value)
  if (typeof value === 'number' && name.endsWith('_ms')) return `${value.toFixed(1)} ms`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return new Date(value).toLocaleString()
  return String(value ?? '')
}
