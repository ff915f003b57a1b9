import { explanation, request } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { ask, notify } from '../lib/notices.js'
import { time } from '../lib/time.js'
import { copyButton } from './copy-button.js'
import { loadInto, section, table } from './section.js'

/** @typedef {{ id: number, name: string, scopes: string[], prefix: string, created_at: string, last_used_at: string | null, expires_at: string | null }} Key */

/** Keys for programs: list, create, delete. */
export function apiKeysSection() {
    const place = h('div', { class: 'place' })
    const load = () => loadInto(place, async () => {
        const { data } = await request('GET', '/auth/api-keys')
        if (data.length === 0) return [h('p', { class: 'muted' }, 'No keys yet.')]
        return [table('API keys', ['Name', 'Key', 'Scopes', 'Last used', 'Expires', ''], data.map(row))]
    })

    /** @param {Key} key */
    const row = (key) => h('tr', {},
        h('td', {}, key.name), h('td', {}, h('code', {}, key.prefix + '…')), h('td', {}, key.scopes.map((scope) => scope.replace('strategies:', '')).join(', ')),
        h('td', {}, time(key.last_used_at, 'never')), h('td', {}, time(key.expires_at, 'never')),
        h('td', { class: 'actions' }, h('button', { type: 'button', class: 'danger', 'aria-label': `Delete the key ${key.name}`, onclick: () => remove(key) }, 'Delete')))

    /** @param {Key} key */
    const remove = async (key) => {
        const isMeant = await ask({
            title: `Delete the key “${key.name}”?`, content: [h('p', {}, 'Programs that use it are refused within a second.')],
            choices: [{ label: 'Cancel', value: false }, { label: 'Delete the key', value: true, kind: 'danger' }],
        })
        if (!isMeant) return
        try {
            await request('DELETE', `/auth/api-keys/${key.id}`)
        } catch (error) {
            notify({ text: `The key was not deleted: ${explanation(error)}.`, kind: 'error' })
        }
        await load()
    }
    load()
    return section('API keys', h('p', { class: 'muted' }, 'For programs: a key is sent in the place of an access token, and reaches your strategies only.'), place, draftForm(load))
}

/** @param {() => Promise<void>} onCreated */
function draftForm(onCreated) {
    const name = field('Name', h('input', { required: true, maxlength: 100, autocomplete: 'off', placeholder: 'Nightly import' }))
    const scopes = ['strategies:read', 'strategies:write'].map((scope, index) => ({ scope, box: h('input', { type: 'checkbox', checked: index === 0 }) }))
    const expiry = field('Expires', h('select', {}, [['', 'never'], ['30', 'in 30 days'], ['90', 'in 90 days'], ['365', 'in a year']].map(([value, text]) => h('option', { value }, text))))
    const summary = h('p', { class: 'form-error', role: 'alert' })
    const form = h('form', { class: 'inline-form' }, name.element, expiry.element,
        h('fieldset', {}, h('legend', { class: 'label' }, 'May'), scopes.map(({ scope, box }) => h('label', { class: 'check' }, box, scope.replace('strategies:', '')))),
        h('button', { type: 'submit' }, 'Create a key'), summary)
    handleSubmit(form, { name, expires_at: expiry }, summary, async () => {
        const chosen = scopes.filter(({ box }) => box.checked).map(({ scope }) => scope)
        if (chosen.length === 0) return summary.replaceChildren('Choose what the key may do.')
        const days = Number(expiry.input.value)
        const expires = days ? { expires_at: new Date(Date.now() + days * 86_400_000).toISOString() } : {}
        const { data } = await request('POST', '/auth/api-keys', { body: { name: name.input.value.trim(), scopes: chosen, ...expires } })
        form.reset()
        await onCreated()
        await ask({
            title: 'Your new key',
            content: [h('p', {}, 'It is shown this once. Keep it where you keep passwords.'), h('div', { class: 'secret' }, h('code', {}, data.key), copyButton(data.key))],
            choices: [{ label: 'I have it', value: true, kind: 'primary' }],
        })
    })
    return form
}
