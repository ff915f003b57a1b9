import { fill, h, icon } from './dom.js'

/**
 * @typedef {object} Notice
 * @property {string} text
 * @property {'plain' | 'error'} [kind]
 * @property {{ label: string, run: () => void }} [action]
 * @property {() => void} [onClose] when it goes and its action was not taken
 * @property {number} [seconds] how long it stays; not while the pointer or the focus is in it
 */

/** Short messages at the bottom, spoken by screen readers. */
class NoticeRegion extends HTMLElement {
    connectedCallback() {
        this.setAttribute('role', 'region')
        this.setAttribute('aria-label', 'Messages')
        this.setAttribute('aria-live', 'polite')
    }
}
customElements.define('notice-region', NoticeRegion)

/** @type {NoticeRegion | null} */
let region = null

/**
 * Shows a message.
 *
 * @param {Notice} notice
 * @returns {{ close: () => void, act: () => void }}
 */
export function notify({ text, kind = 'plain', action, onClose, seconds = 8 }) {
    region ??= /** @type {NoticeRegion} */ (document.body.appendChild(document.createElement('notice-region')))
    let isOpen = true
    /** @param {() => void} [then] */
    const end = (then) => {
        if (!isOpen) return
        isOpen = false
        clearTimeout(timer)
        element.remove()
        then?.()
    }
    const close = () => end(onClose)
    const act = () => end(action?.run)
    const element = h('div', { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
        h('span', { class: 'text' }, text),
        action && h('button', { type: 'button', class: 'quiet', onclick: act }, action.label),
        h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': 'Dismiss', onclick: close }, icon('close')))
    /** @type {ReturnType<typeof setTimeout>} */
    let timer
    const start = () => { timer = setTimeout(close, seconds * 1000) }
    const hold = () => clearTimeout(timer)
    for (const name of ['pointerenter', 'focusin']) element.addEventListener(name, hold)
    for (const name of ['pointerleave', 'focusout']) {
        element.addEventListener(name, () => { hold(); if (isOpen) start() })
    }
    region.append(element)
    start()
    return { close, act }
}

/**
 * A question in a dialog; Escape answers null.
 *
 * @template Choice
 * @param {object} question
 * @param {string} question.title
 * @param {(Node | string)[]} question.content
 * @param {{ label: string, value: Choice, kind?: 'primary' | 'danger' | 'plain' }[]} question.choices
 * @param {boolean} [question.isWide]
 * @returns {Promise<Choice | null>}
 */
export function ask({ title, content, choices, isWide = false }) {
    const { promise, resolve } = /** @type {PromiseWithResolvers<Choice | null>} */ (Promise.withResolvers())
    const buttons = choices.map(({ label, value, kind = 'plain' }) =>
        h('button', { type: 'button', class: kind, onclick: () => { resolve(value); dialog.close() } }, label))
    const dialog = h('dialog', { class: isWide ? 'wide' : null, 'aria-labelledby': 'question-title' },
        h('h2', { id: 'question-title' }, title), h('div', { class: 'content' }), h('div', { class: 'choices' }, buttons))
    fill(/** @type {Element} */ (dialog.querySelector('.content')), ...content)
    dialog.addEventListener('close', () => { resolve(null); dialog.remove() })
    document.body.append(dialog)
    dialog.showModal()
    return promise
}
