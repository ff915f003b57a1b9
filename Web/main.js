import { Router } from './lib/router.js'
import { session } from './lib/session.js'
import { stream } from './lib/stream.js'
import { explanation } from './lib/api.js'
import { fill, h } from './lib/dom.js'
import { setReason, signInPage } from './pages/entrance.js'
import './pages/shell.js'

/** @typedef {import('./lib/router.js').Route} Route */

// Pages that not everybody opens come when they are first asked for.
/** @type {Route[]} */
const routes = [
    { path: /^\/sign-in$/, access: 'anyone', page: signInPage },
    { path: /^\/register$/, access: 'anyone', page: async () => (await import('./pages/register.js')).registerPage() },
    {
        path: /^\/strategies(?:\/(?<id>new|\d+)(?:\/(?<view>history))?)?$/,
        access: 'signed-in',
        page: async (parameters) => (await import('./strategies/page.js')).strategiesPage(parameters),
    },
    { path: /^\/account$/, access: 'signed-in', page: async () => (await import('./account/page.js')).accountPage() },
    {
        path: /^\/admin(?:\/(?<view>users|audit|cluster|migration))?$/,
        access: 'admin',
        page: async (parameters) => (await import('./admin/page.js')).adminPage(parameters),
    },
]

const router = new Router(routes, () => ({ isSignedIn: session.user !== null, isAdmin: session.user?.role === 'admin' }))
const shell = /** @type {import('./pages/shell.js').Shell} */ (document.createElement('app-shell'))
let isFirst = true

router.addEventListener('page', (event) => {
    shell.show(/** @type {CustomEvent<HTMLElement>} */ (event).detail, { focus: !isFirst })
    isFirst = false
})
shell.addEventListener('go', (event) => router.go(/** @type {CustomEvent<string>} */ (event).detail))
document.addEventListener('go', (event) => {
    const { address, replace } = /** @type {CustomEvent<{ address: string, replace?: boolean }>} */ (event).detail
    router.go(address, { replace })
})
session.addEventListener('changed', () => {
    if (session.user) stream.start()
    else stream.stop()
    router.show()
})
session.addEventListener('ended', () => setReason('Your session has ended. Sign in again to go on where you were.'))

document.body.append(shell)
// A module that the server has no more: there is a newer dashboard.
addEventListener('unhandledrejection', ({ reason }) => {
    if (!/dynamically imported module/.test(String(reason)) || sessionStorage.getItem('reloaded')) return
    sessionStorage.setItem('reloaded', '1')
    location.reload()
})

/** Asks who is here, as often as it takes. */
async function start() {
    try {
        await session.load()
    } catch (error) {
        const page = h('section', { class: 'entrance' }, h('div', { class: 'card' }, h('h1', {}, 'One moment'),
            h('p', { role: 'alert' }, explanation(error) + '.'),
            h('button', { type: 'button', class: 'primary', onclick: () => start() }, 'Try again')))
        fill(shell.main, page)
        return
    }
    await router.start()
    sessionStorage.removeItem('reloaded')
}
start()
