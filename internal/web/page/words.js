// How the page says what there is.

export function title(i) {
  if (i.kind === 'blind') return `${i.camera} does not see`
  if (i.kind === 'reminder') return 'A drill is due'
  if (i.kind === 'drill') return `Drill in ${i.camera}`
  return i.confirmed ? `Fall in ${i.camera}` : `Perhaps a fall in ${i.camera}`
}

// state is what a pill says, and how strongly.
export function state(i) {
  switch (i.state) {
    case 'suspected': return ['suspected', 'warn']
    case 'confirmed': return [i.kind === 'blind' ? 'blind' : i.recovered ? 'up again, not answered' : 'not answered', i.kind === 'fall' ? 'alarm' : 'warn']
    case 'acknowledged': return [`${i.acknowledged_by} is on it`, 'good']
  }
  return [i.kind === 'fall' && !i.confirmed ? 'never confirmed' : 'over', '']
}

export const verdicts = { true: 'was a fall', false: 'false alarm' }

const reports = {
  suspected: 'Perhaps a fall', confirmed: 'Fall confirmed', cleared: 'Over', recovered: 'Up again', acknowledged: 'Answered',
  also_seen: 'Seen by a second camera, too', escalated: 'Nobody has answered', long_lie: 'Still lying', blind: 'Does not see', seeing: 'Sees again', drill: 'Drill',
}

const calls = new Set(['confirmed', 'escalated', 'long_lie', 'blind', 'suspected'])

export function report(r) {
  const who = r.contacts?.length ? `; ${calls.has(r.kind) ? 'called' : 'told'}: ${r.contacts.join(', ')}` : ''
  const note = r.note ? (r.kind === 'acknowledged' ? ` by ${r.note}` : `: ${r.note}`) : ''
  return (reports[r.kind] ?? r.kind) + (r.kind === 'also_seen' ? `: ${r.camera}` : '') + note + who
}

// ago is how long something is past, in words that change slowly.
export function ago(seconds) {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min` + (s < 600 ? ` ${s % 60} s` : '')
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`
  return `${Math.floor(s / 86400)} days`
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const year = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })

export const time = iso => clock.format(new Date(iso))

export function date(iso) {
  const d = new Date(iso), now = new Date()
  if (d.toDateString() === now.toDateString()) return `today ${clock.format(d)}`
  return `${(d.getFullYear() === now.getFullYear() ? day : year).format(d)}, ${clock.format(d)}`
}

export const people = n => n === 0 ? 'nobody' : n === 1 ? '1 person' : `${n} people`

export function bytes(n) {
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (n < 1000) return `${n < 10 && unit !== 'B' ? n.toFixed(1) : Math.round(n)} ${unit}`
    n /= 1000
  }
  return `${n.toFixed(1)} TB`
}
