import { APIError } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { passwordRules } from '../lib/passwords.js'
import { session } from '../lib/session.js'
import { card, withNext } from './entrance.js'

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

export const registerPage = () => ({ element: document.createElement('register-page'), title: 'Create an account' })
