import { section } from '../account/section.js'
import { request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { withDoubles } from '../lib/json.js'
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

/**
 * @typedef {object} Gateway what one does, as `/api/v1/admin/cluster` tells it
 * @property {number} requests_per_second
 * @property {number} failures_per_second
 * @property {number} limited_per_second
 * @property {number} uncounted_per_second
 * @property {{ p50: number | null, p95: number | null, p99: number | null }} latency_ms
 * @property {number} connections
 * @property {{ name: string, burst: number, per_second: number }[]} limits
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
    #rate = series('Requests a second')
    #latency = series('99 of 100 requests, milliseconds')
    #refused = series('Refused by a limit, a second')
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
            if (health.services) this.#show(health, milliseconds, await gateways(), await ownLimits())
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
     * @param {Gateway[] | undefined} gateways nothing where their figures are not there
     * @param {string[]} limits
     */
    #show({ status, services, postgres, redis, version }, milliseconds, gateways, limits) {
        this.#summarize(status, `${meanings[status] ?? status} · version ${version}`)
        fill(this.#cards,
            this.#traffic(gateways), this.#limits(gateways),
            card('This page', h('p', { class: 'figure' }, `${milliseconds.toFixed(0)} ms`), h('p', { class: 'muted' }, 'from this page and back'), this.#time.element, limits.map((limit) => h('p', { class: 'muted' }, limit))),
            Object.entries(services).map(([name, { instances }]) => card(name, list(instances.map((each, index) => [each.status, `instance ${index + 1}: ${each.status}`])))),
            card('PostgreSQL', this.#database(postgres)), card('Redis', list([[redis, redis]])))
    }

    /** @param {Gateway[] | undefined} gateways */
    #traffic(gateways) {
        if (!gateways?.length) return card('Requests', h('p', { class: 'muted' }, 'no figures at the moment'))
        const rate = sum(gateways, (each) => each.requests_per_second)
        const slowest = Math.max(0, ...gateways.map((each) => each.latency_ms.p99 ?? 0))
        this.#rate.add(rate)
        this.#latency.add(slowest)
        return card('Requests', h('p', { class: 'figure' }, `${rate.toFixed(1)}/s`), this.#rate.element,
            h('p', {}, `99 of 100 within ${slowest.toFixed(1)} ms`), this.#latency.element,
            list(gateways.map((each, index) => [each.failures_per_second > 0 ? 'degraded' : 'ok', `gateway ${index + 1}: ${about(each)}`])))
    }

    /** @param {Gateway[] | undefined} gateways */
    #limits(gateways) {
        if (!gateways?.length) return card('Limits', h('p', { class: 'muted' }, 'no figures at the moment'))
        const refused = sum(gateways, (each) => each.limited_per_second)
        const uncounted = sum(gateways, (each) => each.uncounted_per_second)
        this.#refused.add(refused)
        return card('Limits', h('p', { class: 'figure' }, `${refused.toFixed(1)}/s`), h('p', { class: 'muted' }, 'refused by a limit'), this.#refused.element,
            uncounted > 0 && list([['degraded', `${uncounted.toFixed(1)}/s not counted`]]),
            h('ul', { class: 'instances' }, gateways[0].limits.map(({ name, burst, per_second }) => h('li', {}, `“${name}”: ${per_second} a second, ${burst} at once`))))
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
 * What the gateways do.
 *
 * @returns {Promise<Gateway[] | undefined>}
 */
async function gateways() {
    try {
        const { data } = await request('GET', '/admin/cluster')
        return withDoubles(data).gateways
    } catch {
        return undefined
    }
}

/**
 * @param {Gateway[]} gateways
 * @param {(gateway: Gateway) => number} figure
 */
const sum = (gateways, figure) => gateways.reduce((total, each) => total + figure(each), 0)

/** @param {Gateway} gateway */
function about({ requests_per_second, failures_per_second, latency_ms: { p50, p99 }, connections }) {
    const latency = p50 === null || p99 === null ? '' : `, ${p50.toFixed(1)} to ${p99.toFixed(1)} ms`
    const failures = failures_per_second > 0 ? `, ${failures_per_second.toFixed(1)}/s failed` : ''
    return `${requests_per_second.toFixed(1)}/s${latency}${failures}, ${connections} connections`
}

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
