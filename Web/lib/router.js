/**
 * Addresses and pages. Whoever is not signed in is led to the sign-in, and back afterwards.
 *
 * @typedef {object} Page
 * @property {HTMLElement} element
 * @property {string} title
 * @property {(parameters: Record<string, string>) => boolean} [update] takes another address of the same route; false: it
 *   cannot, and the page is made anew
 *
 * @typedef {object} Route
 * @property {RegExp} path with named groups
 * @property {'anyone' | 'signed-in' | 'admin'} access
 * @property {(parameters: Record<string, string>) => Promise<Page> | Page} page
 */

export class Router extends EventTarget {
    /** @type {Route[]} */
    #routes
    /** @type {() => { isSignedIn: boolean, isAdmin: boolean }} */
    #rights
    /** @type {{ route: Route, page: Page } | null} */
    #current = null
    #turn = 0

    /**
     * @param {Route[]} routes
     * @param {() => { isSignedIn: boolean, isAdmin: boolean }} rights
     */
    constructor(routes, rights) {
        super()
        this.#routes = routes
        this.#rights = rights
    }

    start() {
        addEventListener('popstate', () => this.show())
        document.addEventListener('click', (event) => {
            const link = /** @type {Element} */ (event.target).closest?.('a[href]')
            if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute('download')) return
            if (link.origin !== location.origin || link.hash || !this.#find(link.pathname)) return
            event.preventDefault()
            this.go(link.pathname + link.search)
        })
        return this.show()
    }

    /**
     * @param {string} address
     * @param {{ replace?: boolean }} [options]
     * @returns {Promise<void>}
     */
    go(address, { replace = false } = {}) {
        if (replace) history.replaceState(null, '', address)
        else history.pushState(null, '', address)
        return this.show()
    }

    /**
     * Shows the page of the present address.
     *
     * @returns {Promise<void>}
     */
    async show() {
        const found = this.#find(location.pathname)
        const { isSignedIn, isAdmin } = this.#rights()
        if (!found) return this.go(isSignedIn ? '/strategies' : '/sign-in', { replace: true })
        if (found.route.access !== 'anyone' && !isSignedIn) {
            const next = encodeURIComponent(location.pathname + location.search)
            return this.go(location.pathname === '/' ? '/sign-in' : `/sign-in?next=${next}`, { replace: true })
        }
        if (found.route.access === 'admin' && !isAdmin) return this.go('/strategies', { replace: true })
        if (found.route.access === 'anyone' && isSignedIn) return this.go(this.#afterSignIn(), { replace: true })
        this.#turn += 1
        const turn = this.#turn
        if (this.#current?.route === found.route && this.#current.page.update?.(found.parameters)) {
            document.title = `${this.#current.page.title} · CryptoDesk`
            return
        }
        const page = await found.route.page(found.parameters)
        if (turn !== this.#turn) return
        this.#current = { route: found.route, page }
        document.title = `${page.title} · CryptoDesk`
        this.dispatchEvent(new CustomEvent('page', { detail: page.element }))
    }

    /** Only ways within these pages lead back: an address of another host in `next` is none. */
    #afterSignIn() {
        const next = new URLSearchParams(location.search).get('next')
        if (!next?.startsWith('/')) return '/strategies'
        const url = new URL(next, location.origin)
        const found = url.origin === location.origin ? this.#find(url.pathname) : undefined
        return found && found.route.access !== 'anyone' ? url.pathname + url.search : '/strategies'
    }

    /** @param {string} path */
    #find(path) {
        for (const route of this.#routes) {
            const match = route.path.exec(path)
            if (match) return { route, parameters: { ...match.groups } }
        }
        return undefined
    }
}
