/**
 * Building elements. Text is always text: nothing here parses HTML.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 */

/**
 * An element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes] a function is a listener (`onclick`), true and false set and leave out,
 *   null leaves out; `value`, `checked`, `disabled` and the like are set as properties
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag)
    set(element, attributes)
    element.append(...nodes(children))
    return element
}

const properties = new Set(['value', 'checked', 'disabled', 'selected', 'indeterminate', 'htmlFor', 'textContent'])

/**
 * @param {Element} element
 * @param {Record<string, unknown>} attributes
 */
function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') {
            element.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
        } else if (properties.has(name)) {
            Object.assign(element, { [name]: value })
        } else if (value === true) {
            element.setAttribute(name, '')
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, String(value))
        }
    }
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
    return children.flat().flatMap((child) => {
        if (child === null || child === undefined || child === false) return []
        return [typeof child === 'number' ? String(child) : child]
    })
}

/**
 * Replaces what is in an element.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
    element.replaceChildren(...nodes(children))
}

/**
 * Sets a text only where it differs: a list that scrolls sets thousands.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text
}

let lastId = 0

/**
 * An id that no other element has.
 *
 * @param {string} prefix
 */
export function uniqueId(prefix) {
    lastId += 1
    return `${prefix}-${lastId}`
}

/**
 * An icon of 16 by 16, drawn with strokes in the colour of the text.
 *
 * @param {keyof typeof paths} name
 */
export function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('viewBox', '0 0 16 16')
    svg.setAttribute('class', 'icon')
    svg.setAttribute('aria-hidden', 'true')
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    path.setAttribute('d', paths[name])
    svg.append(path)
    return svg
}

const paths = {
    search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14',
    plus: 'M8 3v10M3 8h10',
    close: 'M4 4l8 8M12 4l-8 8',
    back: 'M9.5 3.5 5 8l4.5 4.5',
    copy: 'M5.5 5.5h7v7h-7zM10.5 5.5v-2h-7v7h2',
    archive: 'M2.5 3.5h11v3h-11zM3.5 6.5v6h9v-6M6.5 9h3',
    trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9',
    clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3l2 1.5',
    theme: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
    keyboard: 'M1.5 4.5h13v7h-13zM4 7h.5M6.5 7H7M9 7h.5M11.5 7h.5M5 9.5h6',
    user: 'M8 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14c.6-2.4 2.7-3.7 5.5-3.7s4.9 1.3 5.5 3.7',
    leave: 'M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6',
    check: 'M3 8.5 6.5 12 13 4.5',
    download: 'M8 2.5v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
    upload: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 13.5h11',
    undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H7',
    warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.7v.3',
}
