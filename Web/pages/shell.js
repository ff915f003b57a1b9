import { connection, explanation, request } from '../lib/api.js'
import { fill, h, icon } from '../lib/dom.js'
import { session } from '../lib/session.js'
import { stream } from '../lib/stream.js'

/** How long to wait before it is asked again whether the cluster answers, in milliseconds. */
const retryPause = 3000

/** The frame around every page: brand, ways, how the connection is, theme, account. */
export class Shell extends HTMLElement {
    main = h('main', { id: 'main', tabindex: -1 })
    #ways = h('nav', { 'aria-label': 'Pages' })
    #live = h('span', { class: 'live' })
    #account = h('div', { class: 'account' })
    #banner = h('p', { class: 'banner', role: 'status' })
    #isReached = true
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer

    connectedCallback() {
        fill(this,
            h('header', {},
                h('a', { class: 'brand', href: '/strategies', 'aria-label': 'CryptoDesk' }, brandMark(), h('span', {}, 'CryptoDesk')),
                this.#ways, h('span', { class: 'gap' }), this.#live, themeButton(), this.#account),
            h('div', { class: 'banner-place' }, this.#banner), this.main)
        session.addEventListener('changed', () => this.#showUser())
        stream.addEventListener('state', () => this.#showConnection())
        addEventListener('offline', () => this.#showConnection())
        addEventListener('online', () => { this.#showConnection(); this.#lookAgain(0) })
        connection.addEventListener('reached', () => { this.#isReached = true; this.#showConnection() })
        connection.addEventListener('unreached', () => { this.#isReached = false; this.#showConnection(); this.#lookAgain(retryPause) })
        this.#showUser()
        this.#showConnection()
    }

    /**
     * @param {HTMLElement} page
     * @param {{ focus: boolean }} options whether the focus goes to its heading, so that screen readers begin there
     */
    show(page, { focus }) {
        fill(this.main, page)
        this.main.scrollTop = 0
        this.#markWay()
        if (!focus) return
        const heading = /** @type {HTMLElement | null} */ (page.querySelector('[autofocus], h1[tabindex]'))
        const target = heading ?? this.main
        target.focus({ preventScroll: true })
    }

    /** Asks until there is an answer, so that the banner goes when its reason does. @param {number} wait in milliseconds */
    #lookAgain(wait) {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => { if (!this.#isReached && session.user) request('GET', '/auth/me').catch(() => {}) }, wait)
    }

    #showUser() {
        const { user } = session
        this.classList.toggle('signed-in', user !== null)
        const ways = [{ path: '/strategies', text: 'Strategies' }, ...(user?.role === 'admin' ? [{ path: '/admin', text: 'Administration' }] : [])]
        fill(this.#ways, user && ways.map(({ path, text }) => h('a', { href: path }, text)))
        fill(this.#account, user && h('a', { href: '/account', class: 'button quiet', title: user.email }, icon('user'), h('span', { class: 'name' }, user.full_name)),
            user && h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': 'Sign out', title: 'Sign out', onclick: signOut }, icon('leave')))
        this.#markWay()
    }

    #markWay() {
        for (const link of this.querySelectorAll('header nav a')) {
            const isHere = location.pathname.startsWith(/** @type {HTMLAnchorElement} */ (link).pathname)
            if (isHere) link.setAttribute('aria-current', 'page')
            else link.removeAttribute('aria-current')
        }
    }

    #showConnection() {
        const isOffline = !navigator.onLine || !this.#isReached
        const state = session.user === null ? 'off' : isOffline ? 'offline' : stream.state
        const text = { off: '', offline: 'Offline', connecting: 'Connecting', waiting: 'Reconnecting', live: 'Live' }[state]
        this.#live.dataset.state = state
        fill(this.#live, text && h('span', { class: 'dot' }), text)
        const isTold = session.user !== null && isOffline
        this.#banner.classList.toggle('shown', isTold)
        const told = isTold ? 'CryptoDesk cannot be reached. What you type is kept here; changes are saved when it is back and you try again.' : ''
        if (this.#banner.textContent !== told) fill(this.#banner, told)
    }
}
customElements.define('app-shell', Shell)

async function signOut() {
    try {
        await session.signOut()
    } catch (error) {
        const { notify } = await import('../lib/notices.js')
        notify({ text: `You are still signed in: ${explanation(error).toLowerCase()}.`, kind: 'error' })
    }
}

/** Three bars of a chart. */
function brandMark() {
    return h('img', { src: document.querySelector('link[rel=icon]')?.getAttribute('href') ?? '', alt: '', width: 22, height: 22 })
}

function themeButton() {
    const root = document.documentElement
    const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark')) === 'dark'
    const name = () => `Use the ${isDark() ? 'light' : 'dark'} theme`
    const button = h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': name(), title: name(), onclick: () => {
        root.dataset.theme = isDark() ? 'light' : 'dark'
        localStorage.setItem('theme', root.dataset.theme)
        button.setAttribute('aria-label', name())
        button.title = name()
    } }, icon('theme'))
    return button
}
