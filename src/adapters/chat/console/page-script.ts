/** The page's first script: state, live messages, times, panes. No backtick or backslash in it. */
export const pageScript = `
const at = (id) => document.getElementById(id)
const panes = { false: at('channel-messages'), true: at('direct-messages') }
const main = document.querySelector('main')
let state = { identities: [], menu: [], banner: '', mayChoose: false }
let stream = null
let unread = 0

export const me = () => at('identity').value

export async function send(path, body) {
  const key = crypto.randomUUID()
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, identity: me(), key }),
    })
    const answer = await response.json()
    if (answer.error) complain(answer.error)
    if (answer.form) openForm(answer.form, body.direct === true)
  } catch {
    complain('Sandpiper does not answer right now. Nothing was sent.')
  }
}

function complain(text) {
  at('problem').textContent = text
  at('problem').hidden = false
  clearTimeout(complain.timer)
  complain.timer = setTimeout(() => (at('problem').hidden = true), 6000)
}

function articleOf(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content.firstElementChild
}

function atBottom(pane) {
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80
}

function show(item, fresh) {
  const pane = panes[item.direct]
  const follow = !fresh || atBottom(pane)
  const article = articleOf(item.html)
  const old = pane.querySelector('[data-id="' + CSS.escape(item.id) + '"]')
  if (old) {
    const focused = old.contains(document.activeElement) ? document.activeElement.textContent : null
    old.replaceWith(article)
    if (focused) [...article.querySelectorAll('.button')].find((one) => one.textContent === focused)?.focus()
  } else {
    pane.append(article)
    if (fresh && item.direct) countUnread(1)
  }
  tellTimes(article)
  if (follow) pane.scrollTop = pane.scrollHeight
}

function countUnread(more) {
  unread = main.dataset.pane === 'direct' ? 0 : unread + more
  at('unread').textContent = String(unread)
  at('unread').hidden = unread === 0
}

function choosePane(pane) {
  main.dataset.pane = pane
  for (const name of ['channel', 'direct']) at('tab-' + name).setAttribute('aria-selected', String(name === pane))
  panes[pane === 'direct'].scrollTop = 1e9
  countUnread(0)
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

function relativeTime(date) {
  const seconds = Math.round((date - Date.now()) / 1000)
  const size = Math.abs(seconds)
  if (size < 10) return 'now'
  if (size < 60) return relative.format(seconds, 'second')
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86400) return relative.format(Math.round(seconds / 3600), 'hour')
  return relative.format(Math.round(seconds / 86400), 'day')
}

function tellTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const date = new Date(time.dateTime)
    time.textContent = relativeTime(date)
    time.title = date.toLocaleString()
  }
}

function listen() {
  stream?.close()
  stream = new EventSource('/events?identity=' + encodeURIComponent(me()))
  stream.addEventListener('reset', (event) => {
    for (const pane of Object.values(panes)) pane.replaceChildren()
    for (const item of JSON.parse(event.data)) show(item, false)
    at('link-state').hidden = true
  })
  stream.addEventListener('message', (event) => {
    if (event.data) show(JSON.parse(event.data), true)
  })
  stream.onerror = () => (at('link-state').hidden = false)
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button')
  if (!button) return
  if (button.dataset.token) {
    button.disabled = true
    setTimeout(() => (button.disabled = false), 1500)
    void send('/press', { token: button.dataset.token, direct: panes.true.contains(button) })
  } else if (button.dataset.say) saySomething(button.dataset.say)
  else if (button.id === 'tab-channel') choosePane('channel')
  else if (button.id === 'tab-direct') choosePane('direct')
})

async function begin() {
  state = await (await fetch('/state')).json()
  at('banner').textContent = state.banner
  at('banner').hidden = state.banner === ''
  at('identity').replaceChildren(...state.identities.map((one) => new Option(one.name, one.user)))
  at('identity').disabled = !state.mayChoose
  const before = sessionStorage.getItem('identity')
  if (state.identities.some((one) => one.user === before)) at('identity').value = before
  at('identity').addEventListener('change', () => {
    sessionStorage.setItem('identity', me())
    listen()
  })
  listen()
  setInterval(() => tellTimes(document), 10000)
}
void begin()
`
