import { section } from '../account/section.js'
import { request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { series } from './series.js'

/** How often the cluster is asked how it is, in milliseconds. */
const pause = 2000

/**
 * @typedef {object} Health as `/health` tells it
 * @property {string} status
 * @property {Record<string, { status: string, instances: { status: string }[] }>} services
 * @property {{ primary: string, replicas: { lag_ms?: number, status?: string }[] }} postgres
 * @property {string} redis
 * @property {string} version
 */

/** What a state of the whole means. @type {Record<string, string>} */
const meanings = {
    ok: 'All is well', degraded: 'Requests are served, but something is missing', draining: 'This gateway is stopping', unavailable: 'Requests cannot be served',
}

/** How the cluster is, asked again and again while the page is open. */
class ClusterView extends HTMLElement {
    #cards = h('div', { class: 'cards' })
    #summary = h('p', { class: 'summary', role: 'status' })
    #time = series('Round trip in milliseconds')
    /** @type {ReturnType<typeof series>[]} */
    #lags = []
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer

    connectedCallback() {
        fill(this, this.#summary, this.#cards)
        this.#ask()
    }

    disconnectedCallback() { clearTimeout(this.#timer) }

    async #ask() {
        const begun = performance.now()
        try {
            const response = await fetch('/health', { cache: 'no-store' })
            const health = /** @type {Health} */ (await response.json())
            const milliseconds = performance.now() - begun
            this.#time.add(milliseconds)
            if (health.services) this.#show(health, milliseconds, await ownLimits())
            else this.#summarize('unavailable', 'No gateway answers.')
        } catch {
            this.#summarize('unavailable', 'The cluster cannot be reached.')
        }
        if (this.isConnected) this.#timer = setTimeout(() => this.#ask(), pause)
    }

    /**
     * @param {string} status
     * @param {string} text
     */
    #summarize(status, text) {
        if (this.#summary.textContent !== text) fill(this.#summary, light(status), text)
    }

    /**
     * @param {Health} health
     * @param {number} milliseconds of this answer
     * @param {string[]} limits
     */
    #show({ status, services, postgres, redis, version }, milliseconds, limits) {
        this.#summarize(status, `${meanings[status] ?? status} · version ${version}`)
        fill(this.#cards,
            card('Gateway', h('p', { class: 'figure' }, `${milliseconds.toFixed(0)} ms`), h('p', { class: 'muted' }, 'from this page and back'), this.#time.element, limits.map((limit) => h('p', { class: 'muted' }, limit))),
            Object.entries(services).map(([name, { instances }]) => card(name, list(instances.map((each, index) => [each.status, `instance ${index + 1}: ${each.status}`])))),
            card('PostgreSQL', this.#database(postgres)), card('Redis', list([[redis, redis]])))
    }

    /** @param {Health['postgres']} postgres */
    #database({ primary, replicas }) {
        while (this.#lags.length < replicas.length) this.#lags.push(series(`Replica ${this.#lags.length + 1}, milliseconds behind`))
        const items = replicas.map(({ lag_ms, status }, index) => /** @type {[string, string]} */ (
            lag_ms === undefined ? ['unavailable', `replica ${index + 1}: ${status ?? 'away'}`] : ['ok', `replica ${index + 1}: ${lag_ms} ms behind`]))
        const curves = replicas.map(({ lag_ms }, index) => {
            this.#lags[index].add(lag_ms ?? 0)
            return this.#lags[index].element
        })
        return [list([[primary, `primary: ${primary}`], ...items]), replicas.length === 0 && h('p', { class: 'muted' }, 'no replica'), ...curves]
    }
}
customElements.define('cluster-view', ClusterView)

/**
 * What is left of the limits that the caller's own requests are counted by (draft-ietf-httpapi-ratelimit-headers-11).
 *
 * @returns {Promise<string[]>}
 */
async function ownLimits() {
    try {
        const { headers } = await request('GET', '/auth/me')
        const quotas = new Map([...(headers.get('RateLimit-Policy') ?? '').matchAll(/"([^"]+)";q=(\d+)/g)].map(([, name, quota]) => [name, quota]))
        return [...(headers.get('RateLimit') ?? '').matchAll(/"([^"]+)";r=(\d+)/g)].map(([, name, left]) => `limit “${name}”: ${left} of ${quotas.get(name) ?? '?'} left`)
    } catch {
        return []
    }
}

/**
 * @param {string} title
 * @param {...(import('../lib/dom.js').Child | import('../lib/dom.js').Child[])} content
 */
function card(title, ...content) {
    return h('section', { class: 'card' }, h('h3', {}, title), ...content)
}

/** @param {[string, string][]} items states and what they are of */
function list(items) {
    return h('ul', { class: 'instances' }, items.map(([status, text]) => h('li', {}, light(status), text)))
}

/** @param {string} status */
function light(status) {
    const kind = status === 'ok' ? 'good' : ['degraded', 'unknown', 'draining'].includes(status) ? 'warn' : 'bad'
    return h('span', { class: `light ${kind}`, 'aria-hidden': 'true' })
}

export const clusterPage = () => section('Cluster', document.createElement('cluster-view'))
