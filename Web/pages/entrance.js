import { APIError } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { session } from '../lib/session.js'

/** The way to the other page, which keeps where to go afterwards. @param {string} path */
export function withNext(path) {
    return path + location.search
}

/** Why somebody is here who was signed in a moment ago. */
let reason = ''

/** @param {string} text */
export function setReason(text) {
    reason = text
}

/**
 * The frame of both forms.
 *
 * @param {string} title
 * @param {...(Node | null)} content
 */
export function card(title, ...content) {
    return h('section', { class: 'entrance', 'aria-labelledby': 'entrance-title' },
        h('div', { class: 'card' }, h('h1', { id: 'entrance-title', tabindex: -1 }, title), ...content))
}

/** Signing in: address and password, then the second factor if the account has one. */
class SignInPage extends HTMLElement {
    connectedCallback() {
        const email = field('E-mail address', h('input', {
            type: 'email', name: 'username', autocomplete: 'username', required: true, maxlength: 254, autocapitalize: 'none', spellcheck: 'false',
        }))
        const password = field('Password', h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true }))
        const code = field('Code', h('input', {
            name: 'code', autocomplete: 'one-time-code', required: true, maxlength: 64, autocapitalize: 'none', spellcheck: 'false',
        }), { hint: 'Of your authenticator app, or one of your recovery codes.' })
        const first = h('div', { class: 'fields' }, email.element, password.element)
        const second = h('div', { class: 'fields', hidden: true }, code.element)
        const summary = h('p', { class: 'form-error', role: 'alert' })
        const form = h('form', { method: 'post', action: '/sign-in' }, first, second, summary,
            h('button', { type: 'submit', class: 'primary large' }, 'Sign in'))
        handleSubmit(form, { email, password, code }, summary, async () => {
            const credentials = { email: email.input.value.trim(), password: password.input.value }
            try {
                await session.signIn(second.hidden ? credentials : { ...credentials, code: code.input.value.replace(/\s/g, '') })
            } catch (error) {
                if (!(error instanceof APIError)) throw error
                if (error.code === 'invalid_code' || error.code === 'code_reused') {
                    code.show([error.message])
                    return code.input.focus()
                }
                if (error.code !== 'mfa_required' || !second.hidden) throw error
                first.hidden = true
                second.hidden = false
                code.input.focus()
            }
        })
        const told = reason && h('p', { class: 'reason', role: 'status' }, reason)
        reason = ''
        fill(this, card('Sign in', told || null, form,
            h('p', { class: 'other' }, 'No account yet? ', h('a', { href: withNext('/register') }, 'Register'))))
    }
}
customElements.define('sign-in-page', SignInPage)

export const signInPage = () => ({ element: document.createElement('sign-in-page'), title: 'Sign in' })
