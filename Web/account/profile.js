import { APIError, request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { ask, notify } from '../lib/notices.js'
import { passwordRules } from '../lib/passwords.js'
import { session } from '../lib/session.js'
import { section } from './section.js'

/** @typedef {import('../lib/session.js').Account} Account */

const alert = () => h('p', { class: 'form-error', role: 'alert' })

/** @param {Account} user */
export function profileSection(user) {
    const name = field('Full name', h('input', { name: 'name', autocomplete: 'name', required: true, maxlength: 200, value: user.full_name }))
    const summary = alert()
    const form = h('form', {}, h('div', { class: 'fields' },
        h('p', {}, h('span', { class: 'label' }, 'E-mail address'), user.email), name.element), summary,
        h('button', { type: 'submit' }, 'Save the name'))
    handleSubmit(form, { full_name: name }, summary, async () => {
        const { data } = await request('PATCH', '/auth/me', { body: { full_name: name.input.value.trim() } })
        session.update({ ...user, ...data })
        notify({ text: 'Your name is saved.' })
    })
    return section('Profile', form)
}

/** @param {Account} user */
export function passwordSection(user) {
    const current = field('Current password', h('input', { type: 'password', name: 'current', autocomplete: 'current-password', required: true }))
    const input = h('input', { type: 'password', name: 'new', autocomplete: 'new-password', required: true })
    const rules = passwordRules(() => ({ password: input.value, email: user.email }))
    const chosen = field('New password', input, { hint: rules.element })
    input.addEventListener('input', rules.update)
    const summary = alert()
    // Password managers want to know whose it is.
    const owner = h('input', { type: 'text', autocomplete: 'username', value: user.email, readonly: true, tabindex: -1, 'aria-hidden': 'true', class: 'visually-hidden' })
    const form = h('form', {}, owner, h('div', { class: 'fields' }, current.element, chosen.element), summary,
        h('button', { type: 'submit' }, 'Change the password'))
    handleSubmit(form, { current_password: current, new_password: chosen }, summary, async () => {
        if (!rules.areKept()) {
            chosen.show(['The password does not keep all rules yet'])
            return input.focus()
        }
        try {
            await request('POST', '/auth/password', { body: { current_password: current.input.value, new_password: input.value } })
        } catch (error) {
            if (!(error instanceof APIError) || error.code !== 'wrong_password') throw error
            current.show([error.message])
            return current.input.focus()
        }
        form.reset()
        rules.update()
        notify({ text: 'Your password is changed, and your other sessions have ended.' })
    })
    return section('Password', form)
}

/** @param {Account} user */
export function deletionSection(user) {
    const remove = async () => {
        const password = field('Your password', h('input', { type: 'password', autocomplete: 'current-password', required: true }))
        const summary = alert()
        const choice = await ask({
            title: 'Delete the account?',
            content: [h('p', {}, `${user.email} and all its strategies with their versions will be gone for good.`), password.element, summary],
            choices: [{ label: 'Cancel', value: false }, { label: 'Delete the account', value: true, kind: 'danger' }],
        })
        if (!choice) return
        try {
            await request('DELETE', '/auth/me', { body: { password: password.input.value } })
            session.forget()
        } catch (error) {
            fill(told, error instanceof Error ? `The account is not deleted: ${error.message}.` : '')
        }
    }
    const told = alert()
    return section('Delete the account', h('p', { class: 'muted' }, 'Your strategies go with it. This cannot be taken back.'), told,
        h('button', { type: 'button', class: 'danger', onclick: remove }, 'Delete the account…'))
}
