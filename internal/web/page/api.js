// Asks the server. A change carries the session's token; who is not signed in any more is sent to sign in.

export let me = null

export async function start() {
  me = await get('me')
  return me
}

export const may = scope => ({ read: 1, acknowledge: 2, admin: 3 })[me.scope] >= ({ read: 1, acknowledge: 2, admin: 3 })[scope]

export const get = path => call(path, {})

export function send(method, path, body) {
  const headers = { 'X-CSRF-Token': me.csrf }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  return call(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
}

async function call(path, options) {
  let answer
  try {
    answer = await fetch('/api/v1/' + path, options)
  } catch {
    throw new Error('Fallwatch does not answer. Is this device still on the network?')
  }
  if (answer.status === 401) {
    location.replace('/signin' + location.hash)
    return new Promise(() => {})
  }
  if (answer.status === 204) return null
  const body = await answer.json().catch(() => ({ error: `the answer (${answer.status}) cannot be read` }))
  if (!answer.ok) throw new Error(body.error)
  return body
}

// part is a name as a part of an address.
export const part = name => encodeURIComponent(name)
