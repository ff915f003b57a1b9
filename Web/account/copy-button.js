import { fill, h, icon } from '../lib/dom.js'

/**
 * Copies a text.
 *
 * @param {string} text
 */
export function copyButton(text) {
    const button = h('button', { type: 'button', onclick: async () => {
        await navigator.clipboard.writeText(text)
        fill(button, icon('check'), 'Copied')
    } }, icon('copy'), 'Copy')
    return button
}
