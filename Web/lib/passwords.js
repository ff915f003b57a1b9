import { fill, h, icon } from './dom.js'

/**
 * The rules of a new password, which the server has as well.
 *
 * @type {{ text: string, holds: (password: string, email: string) => boolean }[]}
 */
const rules = [
    { text: '8 to 128 characters', holds: (password) => [...password].length >= 8 && [...password].length <= 128 },
    { text: 'an upper-case letter', holds: (password) => /\p{Lu}/u.test(password) },
    { text: 'a digit', holds: (password) => /\p{Nd}/u.test(password) },
    { text: 'not the name in your e-mail address', holds: (password, email) => password !== '' && !isName(password, email) },
    { text: 'at most 72 bytes', holds: (password) => new TextEncoder().encode(password).length <= 72 },
]

/**
 * @param {string} password
 * @param {string} email
 */
function isName(password, email) {
    const [lower, address] = [password.toLowerCase(), email.toLowerCase()]
    return address !== '' && (lower === address || lower === address.split('@')[0])
}

/**
 * A list of the rules that shows which of them hold already; the last one only where it does not.
 *
 * @param {() => { password: string, email: string }} values
 */
export function passwordRules(values) {
    const items = rules.map(({ text }) => ({ text, mark: h('span', { class: 'mark' }), state: h('span', { class: 'visually-hidden' }) }))
    const elements = items.map(({ text, mark, state }) => h('li', {}, mark, text, state))
    const update = () => {
        const { password, email } = values()
        for (const [index, { holds }] of rules.entries()) {
            const isKept = holds(password, email)
            elements[index].classList.toggle('kept', isKept)
            fill(items[index].mark, isKept ? icon('check') : null)
            fill(items[index].state, isKept ? ' (kept)' : ' (not yet)')
            if (index === rules.length - 1) elements[index].hidden = isKept
        }
    }
    update()
    return { element: h('ul', { class: 'rules' }, elements), update, areKept: () => rules.every(({ holds }) => holds(values().password, values().email)) }
}
