import { request } from './api.js'
import { parse } from './json.js'

/** The longest wait before the next try, in milliseconds. */
const longestWait = 15_000
/** Close codes of the gateway: the session or its token has ended. */
const sessionEnded = 4401

/**
 * Changes of the caller's strategies as they happen, by a WebSocket that comes back by itself and goes on where it was.
 *
 * Tells of `event` (detail: the message), `resync` when everything must be read again, and `state`.
 */
export class Stream extends EventTarget {
    /** @type {'off' | 'connecting' | 'live' | 'waiting'} */
    state = 'off'
    /** @type {WebSocket | null} */
    #socket = null
    /** @type {string | null} */
    #lastEvent = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer
    #failures = 0
    #wasLive = false

    constructor() {
        super()
        addEventListener('online', () => { if (this.state === 'waiting') this.#connect() })
    }

    start() {
        if (this.state === 'off') this.#connect()
    }

    stop() {
        clearTimeout(this.#timer)
        const socket = this.#socket
        this.#socket = null
        socket?.close()
        this.#lastEvent = null
        this.#failures = 0
        this.#wasLive = false
        this.#set('off')
    }

    #connect() {
        clearTimeout(this.#timer)
        this.#set('connecting')
        const query = this.#lastEvent ? '?last_event_id=' + encodeURIComponent(this.#lastEvent) : ''
        const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/api/v1/stream' + query)
        this.#socket = socket
        socket.addEventListener('open', () => {
            if (socket !== this.#socket) return
            this.#failures = 0
            this.#set('live')
            // Without an event that was seen, nothing tells what came while nobody listened.
            if (this.#wasLive && !this.#lastEvent) this.dispatchEvent(new Event('resync'))
            this.#wasLive = true
        })
        socket.addEventListener('message', ({ data }) => this.#receive(socket, data))
        socket.addEventListener('close', ({ code }) => this.#closed(socket, code))
    }

    /**
     * @param {WebSocket} socket
     * @param {string} text
     */
    #receive(socket, text) {
        if (socket !== this.#socket) return
        const message = /** @type {any} */ (parse(text))
        if (message.id) this.#lastEvent = message.id
        if (message.type === 'resync') {
            this.#lastEvent = null
            this.dispatchEvent(new Event('resync'))
        } else {
            this.dispatchEvent(new CustomEvent('event', { detail: message }))
        }
    }

    /**
     * @param {WebSocket} socket
     * @param {number} code
     */
    async #closed(socket, code) {
        if (socket !== this.#socket) return
        this.#socket = null
        this.#set('waiting')
        // Whether the session has ended, or only its token: the gateway renews the latter, and a 401 tells everyone.
        if (code === sessionEnded) await request('GET', '/auth/me').catch(() => {})
        if (this.state !== 'waiting') return
        const wait = Math.min(longestWait, 250 * 2 ** this.#failures) * (0.5 + Math.random() / 2)
        this.#failures += 1
        this.#timer = setTimeout(() => this.#connect(), wait)
    }

    /** @param {Stream['state']} state */
    #set(state) {
        if (state === this.state) return
        this.state = state
        this.dispatchEvent(new Event('state'))
    }
}

export const stream = new Stream()
