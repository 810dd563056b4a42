// Trades a name and a password for a session.
const fault = document.getElementById('fault')
const form = document.getElementById('signin')

const there = () => location.replace('/' + location.hash)

// Who comes by a link of another page has a session, though the browser did not send it along.
fetch('/api/v1/me').then(answer => answer.ok && there(), () => {})

function complain(text) {
  fault.textContent = text
  fault.hidden = !text
}

form.addEventListener('submit', async e => {
  e.preventDefault()
  const button = form.querySelector('button')
  button.disabled = true
  complain('')
  try {
    const { csrf } = await (await fetch('/api/v1/signin')).json()
    const answer = await fetch('/api/v1/signin', {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
      body: JSON.stringify({ name: form.username.value.trim(), password: form.password.value }),
    })
    if (answer.ok) return there()
    complain((await answer.json()).error)
    form.password.select()
  } catch {
    complain('Fallwatch does not answer. Is this machine on the same network?')
  } finally {
    button.disabled = false
  }
})
