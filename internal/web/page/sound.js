// Sounds while somebody has to answer. Off until it is switched on: a browser plays nothing before
// somebody has touched the page.
import { $, say } from './dom.js'

const every = 3000 // ms between two sounds
let tone = null, wanted = false, last = -Infinity

// heard is whether sounds come out: wanted, and the browser lets them.
const heard = () => wanted && tone?.state === 'running'
const tell = () => $('sound').setAttribute('aria-pressed', heard())

$('sound').addEventListener('click', async () => {
  if (!tone) {
    tone = new AudioContext()
    tone.addEventListener('statechange', tell)
  }
  wanted = !wanted
  await (wanted ? tone.resume() : tone.suspend())
  tell()
  say(heard() ? 'Alarms are heard on this device.' : 'Alarms are not heard on this device.')
  if (heard()) play(0.15)
})

// play is two notes, the second lower, each of so many seconds.
function play(seconds) {
  const now = tone.currentTime
  for (const [n, pitch] of [880, 660].entries()) {
    const note = tone.createOscillator(), loud = tone.createGain()
    note.frequency.value = pitch
    loud.gain.setValueAtTime(0, now + n * seconds)
    loud.gain.linearRampToValueAtTime(0.4, now + n * seconds + 0.02)
    loud.gain.linearRampToValueAtTime(0, now + (n + 1) * seconds)
    note.connect(loud).connect(tone.destination)
    note.start(now + n * seconds)
    note.stop(now + (n + 1) * seconds)
  }
}

// sound is told each second whether somebody has to answer.
export function sound(must) {
  if (!must || !heard() || performance.now() - last < every) return
  last = performance.now()
  play(0.35)
}
