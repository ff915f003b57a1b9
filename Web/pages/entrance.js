import { APIError } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { passwordRules } from '../lib/passwords.js'
import { session } from '../lib/session.js'

/** The way to the other page, which keeps where to go afterwards. @param {string} path */
function withNext(path) {
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
function card(title, ...content) {
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

/** Making an account, with the password's rules beside it. */
class RegisterPage extends HTMLElement {
    connectedCallback() {
        const name = field('Full name', h('input', { name: 'name', autocomplete: 'name', required: true, maxlength: 200 }))
        const email = field('E-mail address', h('input', {
            type: 'email', name: 'username', autocomplete: 'username', required: true, maxlength: 254, autocapitalize: 'none', spellcheck: 'false',
        }))
        const input = h('input', { type: 'password', name: 'password', autocomplete: 'new-password', required: true })
        const rules = passwordRules(() => ({ password: input.value, email: email.input.value }))
        const password = field('Password', input, { hint: rules.element })
        for (const each of [input, email.input]) each.addEventListener('input', rules.update)
        const summary = h('p', { class: 'form-error', role: 'alert' })
        const form = h('form', { method: 'post', action: '/register' },
            h('div', { class: 'fields' }, name.element, email.element, password.element), summary,
            h('button', { type: 'submit', class: 'primary large' }, 'Create the account'))
        handleSubmit(form, { full_name: name, email, password }, summary, async () => {
            if (!rules.areKept()) {
                password.show(['The password does not keep all rules yet'])
                input.focus()
                return
            }
            try {
                await session.register({ full_name: name.input.value.trim(), email: email.input.value.trim(), password: input.value })
            } catch (error) {
                if (!(error instanceof APIError) || error.code !== 'email_taken') throw error
                email.show([error.message])
                email.input.focus()
            }
        })
        fill(this, card('Create an account', form,
            h('p', { class: 'other' }, 'There is one already? ', h('a', { href: withNext('/sign-in') }, 'Sign in'))))
    }
}
customElements.define('register-page', RegisterPage)

export const signInPage = () => ({ element: document.createElement('sign-in-page'), title: 'Sign in' })
export const registerPage = () => ({ element: document.createElement('register-page'), title: 'Create an account' })
