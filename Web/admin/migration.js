import { section } from '../account/section.js'
import { explanation, request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { withDoubles } from '../lib/json.js'
import { changesPart, differencesPart, evidencePart, samplesPart, stagePart } from './migration-parts.js'
import { ordersPart } from './migration-orders.js'

/** How often the routes are asked for, in milliseconds. */
const pause = 2000

/**
 * @typedef {import('./migration-types.js').MovingRoute} MovingRoute
 * @typedef {import('./migration-types.js').Details} Details
 */

/**
 * The routes that move from one service to another.
 *
 * @returns {Promise<MovingRoute[]>}
 * @throws {import('../lib/api.js').APIError}
 */
export async function movingRoutes() {
    const { data } = await request('GET', '/admin/migrations')
    return withDoubles(data).routes
}

/** Routes that move: how far each has come, what speaks for and against its next step, and the steps. Asked again and again. */
class MigrationView extends HTMLElement {
    #choice = h('div', { class: 'segments routes', role: 'group', 'aria-label': 'Route' })
    #told = h('div')
    #parts = h('div', { class: 'move' })
    /** The route that is shown. */
    #route = ''
    #orders = ordersPart((route) => this.#show(route))
    /** What is drawn, so that what has not changed is left alone. @type {Map<Element, string>} */
    #drawn = new Map()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer

    connectedCallback() {
        fill(this, this.#choice, this.#told, this.#parts)
        this.setAttribute('aria-busy', 'true')
        this.#ask()
    }

    disconnectedCallback() { clearTimeout(this.#timer) }

    async #ask() {
        clearTimeout(this.#timer)
        try {
            const routes = await movingRoutes()
            if (!routes.some(({ route }) => route === this.#route)) this.#route = routes[0]?.route ?? ''
            this.#showChoice(routes)
            const asked = this.#route
            if (asked) {
                const { data } = await request('GET', `/admin/migrations/${encodeURIComponent(asked)}`)
                if (asked === this.#route) this.#show(withDoubles(data))
            }
            this.#draw(this.#told, routes.length, () => routes.length === 0 && h('p', { class: 'muted' }, 'No route moves.'))
        } catch (error) {
            const text = `${explanation(error)}. What is shown is as it was.`
            this.#draw(this.#told, text, () => h('p', { class: 'form-error', role: 'alert' }, text))
        }
        this.removeAttribute('aria-busy')
        if (this.isConnected) this.#timer = setTimeout(() => this.#ask(), pause)
    }

    /** @param {MovingRoute[]} routes */
    #showChoice(routes) {
        this.#draw(this.#choice, [routes.map(({ route }) => route), this.#route], () => routes.map(({ route }) => h('button', {
            type: 'button', class: 'quiet', 'aria-pressed': String(route === this.#route), onclick: () => {
                this.#route = route
                this.#showChoice(routes)
                this.#ask()
                const button = /** @type {HTMLElement | null} */ (this.#choice.querySelector('[aria-pressed=true]'))
                button?.focus()
            },
        }, route)))
    }

    /** @param {Details} route */
    #show(route) {
        if (this.#parts.childElementCount === 0) fill(this.#parts, h('div'), this.#orders.element, h('div'), h('div'), h('div'), h('div'))
        this.#orders.show(route)
        const [stage, , evidence, differences, samples, changes] = this.#parts.children
        this.#draw(stage, [route.stage, route.percent, route.writes, route.pins, route.version, route.missing], () => stagePart(route))
        this.#draw(evidence, [route.evidence, route.route], () => evidencePart(route))
        this.#draw(differences, [route.places, route.route], () => differencesPart(route))
        this.#draw(samples, [route.samples, route.route], () => samplesPart(route))
        this.#draw(changes, [route.changes, route.route], () => changesPart(route))
    }

    /**
     * @param {Element} place
     * @param {unknown} state
     * @param {() => import('../lib/dom.js').Child | import('../lib/dom.js').Child[]} make
     */
    #draw(place, state, make) {
        const text = JSON.stringify(state)
        if (this.#drawn.get(place) === text) return
        this.#drawn.set(place, text)
        fill(place, make())
    }
}
customElements.define('migration-view', MigrationView)

export const migrationPage = () => section('Migration', document.createElement('migration-view'))
