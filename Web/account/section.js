import { APIError, explanation } from '../lib/api.js'
import { fill, h, uniqueId } from '../lib/dom.js'

/**
 * A part of the settings with a heading of its own.
 *
 * @param {string} title
 * @param {...(Node | string | null)} content
 */
export function section(title, ...content) {
    const id = uniqueId('section')
    return h('section', { class: 'panel', 'aria-labelledby': id }, h('h2', { id }, title), ...content)
}

/**
 * Fills an element with what comes, and says so where it does not.
 *
 * @param {HTMLElement} place
 * @param {() => Promise<(Node | string)[]>} load
 */
export async function loadInto(place, load) {
    place.setAttribute('aria-busy', 'true')
    try {
        fill(place, await load())
    } catch (error) {
        const isMissing = error instanceof APIError && error.status === 404
        fill(place, h('p', { class: 'form-error', role: 'alert' }, isMissing ? 'This server does not offer it.' : `${explanation(error)}.`),
            !isMissing && h('button', { type: 'button', onclick: () => loadInto(place, load) }, 'Try again'))
    } finally {
        place.removeAttribute('aria-busy')
    }
}

/**
 * A table that can be scrolled sideways where the page is narrow.
 *
 * @param {string} caption
 * @param {string[]} heads
 * @param {HTMLElement[]} rows
 */
export function table(caption, heads, rows) {
    return h('div', { class: 'table-place', tabindex: 0, role: 'region', 'aria-label': `${caption}, as a table` },
        h('table', {}, h('caption', { class: 'visually-hidden' }, caption),
            h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head || h('span', { class: 'visually-hidden' }, 'Actions'))))),
            h('tbody', {}, rows)))
}
