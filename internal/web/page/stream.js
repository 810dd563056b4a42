// Listens to the house, and notices when it has fallen silent: what is old must not look as if
// it were now.

const silent = 4000 // ms without a word after which the page says so

export const house = { now: null, seen: new Map(), heard: 0, late: 0, refused: '' } // seen: by camera, with the time at which it came
const listeners = new Set()
let source = null, least = Infinity, before = Infinity

// listen calls told(what, data) for 'house', 'live' and 'lost'; the function given back ends it.
export function listen(told) {
  listeners.add(told)
  return () => listeners.delete(told)
}

const tell = (what, data) => { for (const l of [...listeners]) l(what, data) }

export function open() {
  source = new EventSource('/api/v1/live')
  source.addEventListener('house', e => {
    house.now = JSON.parse(e.data)
    const now = performance.now(), behind = now - Date.parse(house.now.time), since = now - house.heard
    // The clocks differ by something that does not change: what comes on top of the least is delay.
    // Delay does not grow faster than time goes by: where it does, the house's clock was set back.
    if (behind - before > since + 1000) least += behind - before - since
    least = Math.min(least, behind)
    house.late = (behind - least) / 1000
    house.heard = now
    house.refused = ''
    before = behind
    tell('house', house.now)
  })
  source.addEventListener('live', e => {
    const l = JSON.parse(e.data)
    l.came = performance.now()
    house.seen.set(l.camera, l)
    tell('live', l)
  })
  source.addEventListener('error', again)
}

// again opens a stream that the browser has given up on: after an answer that was none.
function again() {
  if (source.readyState !== EventSource.CLOSED) return
  source.close()
  setTimeout(open, 3000)
  const enough = new AbortController()
  fetch('/api/v1/live', { signal: enough.signal }).then(async a => {
    if (a.status === 401) location.replace('/signin' + location.hash)
    if (a.status === 503) house.refused = (await a.json()).error
    enough.abort()
  }).catch(() => {})
}

// lost is for how many seconds nothing was heard, 0 where all is well.
export function lost() {
  const quiet = performance.now() - house.heard
  return Math.max(quiet > silent ? quiet / 1000 : 0, house.late > silent / 1000 ? house.late : 0)
}

setInterval(() => tell('tick'), 1000)
