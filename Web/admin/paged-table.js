import { table } from '../account/section.js'
import { explanation, nextPage, request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'

/**
 * A table that reads page after page: the next one when its button is asked, or comes into sight.
 *
 * @template Item
 * @param {object} about
 * @param {string} about.caption
 * @param {string[]} about.heads
 * @param {(item: Item) => HTMLElement} about.row
 * @param {string} about.nothing what stands there when there is none
 */
export function pagedTable({ caption, heads, row, nothing }) {
    const place = h('div', { class: 'place' })
    const state = h('div', { class: 'paging' })
    /** @type {string | null} */
    let next = null
    /** @type {HTMLElement[]} */
    let rows = []
    let turn = 0
    const load = async (/** @type {string} */ path, /** @type {boolean} */ isFirst) => {
        turn += 1
        const own = turn
        next = null
        place.setAttribute('aria-busy', 'true')
        try {
            const { data, headers } = await request('GET', path)
            if (own !== turn) return
            rows = [...(isFirst ? [] : rows), ...data.map(row)]
            next = nextPage(headers)
            fill(place, rows.length > 0 ? table(caption, heads, rows) : h('p', { class: 'muted' }, nothing))
            fill(state, next && h('button', { type: 'button', onclick: () => next && load(next, false) }, 'More'))
        } catch (error) {
            if (own !== turn) return
            fill(state, h('p', { class: 'form-error', role: 'alert' }, `${explanation(error)}.`),
                h('button', { type: 'button', onclick: () => load(path, isFirst) }, 'Try again'))
        } finally {
            if (own === turn) place.removeAttribute('aria-busy')
        }
    }
    new IntersectionObserver(([entry]) => { if (entry.isIntersecting && next) load(next, false) }).observe(state)
    return { element: h('div', { class: 'paged' }, place, state), show: (/** @type {string} */ path) => load(path, true) }
}
