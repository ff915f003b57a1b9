import { APIError, connection, request } from './api.js'

/**
 * @typedef {object} Account
 * @property {number} id
 * @property {string} email
 * @property {string} full_name
 * @property {boolean} is_active
 * @property {'user' | 'admin'} role
 * @property {string} created_at
 * @property {boolean} [mfa_enabled]
 */

/**
 * Who is signed in here. The tokens are in cookies that no script can read, so that somebody is signed in is remembered
 * beside them: a visitor who never was is not asked about.
 *
 * Tells of `changed`, and of `ended` when the session was ended elsewhere.
 */
class Session extends EventTarget {
    /** @type {Account | null} */
    user = null
    #tabs = new BroadcastChannel('session')

    constructor() {
        super()
        connection.addEventListener('ended', () => this.#end('ended'))
        this.#tabs.addEventListener('message', ({ data }) => {
            if (data === 'out' && this.user) this.#end('ended', { tell: false })
            if (data === 'in' && !this.user) location.reload()
        })
    }

    /**
     * Asks who is signed in, if anybody may be.
     *
     * @throws {APIError} when that cannot be told
     */
    async load() {
        if (!localStorage.getItem('signed-in')) return
        try {
            const { data } = await request('GET', '/auth/me')
            this.#set(data)
        } catch (error) {
            if (!(error instanceof APIError) || error.status !== 401) throw error
        }
    }

    /**
     * @param {{ email: string, password: string, code?: string }} credentials
     * @throws {APIError} `invalid_credentials`, `mfa_required`, …
     */
    async signIn(credentials) {
        const { data } = await request('POST', '/auth/session', { body: credentials })
        this.#set(data)
        this.#tabs.postMessage('in')
    }

    /** @param {{ email: string, password: string, full_name: string }} registration */
    async register(registration) {
        await request('POST', '/auth/register', { body: registration })
        await this.signIn({ email: registration.email, password: registration.password })
    }

    /** @param {{ everywhere?: boolean }} [options] */
    async signOut({ everywhere = false } = {}) {
        await request('POST', everywhere ? '/auth/logout-all' : '/auth/logout')
        this.#end('left')
    }

    /** What has changed of the account. @param {Account} user */
    update(user) {
        this.#set(user)
    }

    /** After the account was deleted. */
    forget() {
        this.#end('left')
    }

    /** @param {Account} user */
    #set(user) {
        localStorage.setItem('signed-in', '1')
        this.user = user
        this.dispatchEvent(new Event('changed'))
    }

    /**
     * @param {'ended' | 'left'} how
     * @param {{ tell?: boolean }} [options] whether the other tabs do not know yet
     */
    #end(how, { tell = true } = {}) {
        const wasThere = this.user !== null
        localStorage.removeItem('signed-in')
        this.user = null
        if (!wasThere) return
        if (tell) this.#tabs.postMessage('out')
        this.dispatchEvent(new Event('changed'))
        this.dispatchEvent(new Event(how))
    }
}

export const session = new Session()
